package io.sapo.pictures.vp8l;

/** A canonical prefix code of at most 15 bits. */
final class PrefixCode {
  private static final int LONGEST = 15;
  private static final int[] LENGTH_ORDER = {
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  };

  private final int[] counts = new int[LONGEST + 1];
  private final short[] symbols;

  /** A code of one symbol takes no bits. */
  private final boolean single;

  private PrefixCode(int[] lengths) {
    int used = 0;
    for (int length : lengths) {
      counts[length]++;
      used += length > 0 ? 1 : 0;
    }
    counts[0] = 0;
    symbols = new short[used];
    single = used == 1;
    int next = 0;
    int room = 1;
    for (int length = 1; length <= LONGEST; length++) {
      room = 2 * room - counts[length];
      for (int symbol = 0; symbol < lengths.length && counts[length] > 0; symbol++) {
        if (lengths[symbol] == length) {
          symbols[next++] = (short) symbol;
        }
      }
      if (room < 0) {
        throw new IllegalArgumentException("a prefix code has too many codes");
      }
    }
    if (used == 0 || room > 0 && !single) {
      throw new IllegalArgumentException("a prefix code is not complete");
    }
  }

  static PrefixCode read(BitReader in, int alphabet) {
    int[] lengths = new int[alphabet];
    if (in.flag()) {
      boolean two = in.flag();
      lengths[in.number(in.flag() ? 8 : 1)] = 1;
      if (two) {
        lengths[in.number(8)] = 1;
      }
    } else {
      readLengths(in, lengths);
    }
    return new PrefixCode(lengths);
  }

  private static void readLengths(BitReader in, int[] lengths) {
    int[] ofLengths = new int[LENGTH_ORDER.length];
    int count = 4 + in.number(4);
    for (int i = 0; i < count; i++) {
      ofLengths[LENGTH_ORDER[i]] = in.number(3);
    }
    PrefixCode code = new PrefixCode(ofLengths);
    int left = in.flag() ? 2 + in.number(2 + 2 * in.number(3)) : lengths.length;
    int previous = 8;
    int at = 0;
    while (at < lengths.length && left-- > 0) {
      int length = code.next(in);
      if (length < 16) {
        lengths[at++] = length;
        previous = length == 0 ? previous : length;
      } else {
        int repeats =
            length == 16 ? 3 + in.number(2) : length == 17 ? 3 + in.number(3) : 11 + in.number(7);
        java.util.Arrays.fill(lengths, at, at + repeats, length == 16 ? previous : 0);
        at += repeats;
      }
    }
  }

  int symbols() {
    return symbols.length;
  }

  int next(BitReader in) {
    if (single) {
      return symbols[0];
    }
    int code = 0;
    int first = 0;
    int index = 0;
    for (int length = 1; length <= LONGEST; length++) {
      code |= in.bit();
      int offset = code - first;
      if (offset < counts[length]) {
        return symbols[index + offset];
      }
      index += counts[length];
      first = (first + counts[length]) << 1;
      code <<= 1;
    }
    throw new IllegalArgumentException("bits that no prefix code has");
  }
}
