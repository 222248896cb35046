package io.sapo.segmenter.cut;

import java.util.Arrays;

/** A segment ends at each token whose text holds a newline, and at the last token. */
public record NewlineStrategy() implements SegmentationStrategy {
  @Override
  public int[] ends(ResponseTokens response) {
    String text = response.text();
    int[] charEnds = response.charEnds();
    int[] ends = new int[response.count()];
    int count = 0;
    int start = 0;
    for (int i = 0; i < charEnds.length; i++) {
      if (i == charEnds.length - 1 || hasNewline(text, start, charEnds[i])) {
        ends[count++] = i;
      }
      start = charEnds[i];
    }
    return Arrays.copyOf(ends, count);
  }

  private static boolean hasNewline(String text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text.charAt(i) == '\n') {
        return true;
      }
    }
    return false;
  }

  @Override
  public String describe() {
    return "newline";
  }
}
