package io.sapo.policy.text;

import java.util.Arrays;
import java.util.List;

/**
 * Looks for the first of some texts in a text that comes in pieces, by Knuth, Morris and Pratt:
 * time in proportion to the characters, however they are cut. The first is the one that is complete
 * first; of those complete with the same character, the longest. For one thread at a time.
 */
final class StopMatcher {
  private final List<String> wanted;

  /** For each text and each number of its characters: how many of them begin anew. */
  private final int[][] borders;

  /** Of each text, how many characters the end of what was read may be. */
  private final int[] matched;

  private int read;
  private int cut = -1;

  /**
   * @param wanted none of them empty
   */
  StopMatcher(List<String> wanted) {
    this.wanted = wanted;
    this.borders = wanted.stream().map(StopMatcher::borders).toArray(int[][]::new);
    this.matched = new int[wanted.size()];
  }

  private StopMatcher(StopMatcher of) {
    wanted = of.wanted;
    borders = of.borders;
    matched = of.matched.clone();
    read = of.read;
    cut = of.cut;
  }

  private static int[] borders(String text) {
    int[] borders = new int[text.length() + 1];
    for (int i = 1, border = 0; i < text.length(); i++) {
      while (border > 0 && text.charAt(border) != text.charAt(i)) {
        border = borders[border];
      }
      border += text.charAt(border) == text.charAt(i) ? 1 : 0;
      borders[i + 1] = border;
    }
    return borders;
  }

  /** Another that goes on from here. */
  StopMatcher copy() {
    return new StopMatcher(this);
  }

  /** Reads a text from a place on, up to the end of what is found. */
  void read(CharSequence text, int from) {
    for (int i = from; i < text.length() && cut < 0; i++) {
      read(text.charAt(i));
    }
  }

  private void read(char next) {
    read++;
    for (int t = 0; t < matched.length; t++) {
      String text = wanted.get(t);
      int length = matched[t];
      while (length > 0 && text.charAt(length) != next) {
        length = borders[t][length];
      }
      matched[t] = text.charAt(length) == next ? length + 1 : length;
      if (matched[t] == text.length()) {
        int begin = read - matched[t];
        cut = cut < 0 ? begin : Math.min(cut, begin);
      }
    }
  }

  boolean found() {
    return cut >= 0;
  }

  /** Characters before what is found, or before what may yet become it. */
  int free() {
    return found() ? cut : read - Arrays.stream(matched).max().orElse(0);
  }
}
