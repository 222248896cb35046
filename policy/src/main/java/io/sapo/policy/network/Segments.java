package io.sapo.policy.network;

/**
 * How segments of unequal length, laid end to end, are padded to a rectangle for attention and
 * taken out of it again; see {@code segments.py}.
 *
 * @param pad [count · longest] item at each place, 0 where there is none; empty where all segments
 *     have the same length
 * @param unpad [items] place of each item; empty likewise
 * @param mask [count · longest] whether a place holds an item
 */
record Segments(int count, int longest, long[] pad, long[] unpad, boolean[] mask) {

  static Segments of(int[] lengths) {
    int longest = 0;
    int items = 0;
    for (int length : lengths) {
      longest = Math.max(longest, length);
      items += length;
    }
    int places = lengths.length * longest;
    boolean[] mask = new boolean[places];
    long[] pad = new long[items == places ? 0 : places];
    long[] unpad = new long[items == places ? 0 : items];
    int item = 0;
    for (int s = 0; s < lengths.length; s++) {
      for (int i = 0; i < lengths[s]; i++, item++) {
        int place = s * longest + i;
        mask[place] = true;
        if (items < places) {
          pad[place] = item;
          unpad[item] = place;
        }
      }
    }
    return new Segments(lengths.length, longest, pad, unpad, mask);
  }
}
