package io.sapo.segmenter.cut;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A segment begins at each "Step n" marker: it ends at the token before the one in which the next
 * marker starts, and at the last token. Text before the first marker is a segment of its own.
 * Markers are written "Step" or "STEP"; "step 2" inside a sentence is none.
 */
public record StepStrategy() implements SegmentationStrategy {
  private static final Pattern MARKER =
      Pattern.compile("(?<![\\p{L}\\p{N}_])(?:Step|STEP)[ \\t]{0,4}[0-9]");

  @Override
  public int[] ends(ResponseTokens response) {
    int[] charEnds = response.charEnds();
    int last = charEnds.length - 1;
    int[] ends = new int[charEnds.length];
    int count = 0;
    int token = 0;
    Matcher marker = MARKER.matcher(response.text());
    while (marker.find()) {
      while (token < last && charEnds[token] <= marker.start()) {
        token++;
      }
      boolean newEnd = token > 0 && (count == 0 || ends[count - 1] < token - 1);
      if (newEnd) {
        ends[count++] = token - 1;
      }
    }
    ends[count++] = last;
    return Arrays.copyOf(ends, count);
  }

  @Override
  public String describe() {
    return "step";
  }
}
