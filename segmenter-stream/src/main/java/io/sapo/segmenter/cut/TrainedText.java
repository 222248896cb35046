package io.sapo.segmenter.cut;

import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Trajectory;
import java.util.ArrayList;
import java.util.List;

/**
 * What the model wrote of a response: the text of the tokens that its loss mask keeps. A tool's
 * answer or another's turn is what verifiers must not read an answer from. Runs of kept tokens are
 * apart by a line break, as what stood between them was no continuation of a line.
 */
public final class TrainedText {

  private TrainedText() {}

  /**
   * The whole text where there is no mask.
   *
   * @param trajectory whose arrays agree in length
   */
  public static String of(Trajectory trajectory) {
    byte[] mask = mask(trajectory);
    if (mask == null) {
      return trajectory.getResponseText();
    }
    int[] charEnds = PackedArrays.ints(trajectory.getTokenCharEnds());
    return segments(trajectory.getResponseText(), charEnds, mask, new int[] {charEnds.length - 1})
        .get(0);
  }

  /** One a token, 0 for one that is not trained; null where every token is. */
  public static byte[] mask(Trajectory trajectory) {
    if (trajectory.getLossMask() == null) {
      return null;
    }
    byte[] mask = new byte[trajectory.getLossMask().remaining()];
    trajectory.getLossMask().duplicate().get(mask);
    return mask;
  }

  /**
   * The same by segment; joined they are the whole. What follows the last token's end belongs to
   * the last token.
   *
   * @param charEnds per token, see {@link ResponseTokens}
   * @param mask as {@link #mask} gives it
   * @param ends the last token of each segment, ascending
   */
  public static List<String> segments(String text, int[] charEnds, byte[] mask, int[] ends) {
    List<String> segments = new ArrayList<>(ends.length);
    StringBuilder segment = new StringBuilder();
    boolean any = false;
    int token = 0;
    for (int end : ends) {
      for (; token <= end; token++) {
        if (mask != null && mask[token] == 0) {
          continue;
        }
        boolean begins = mask != null && token > 0 && mask[token - 1] == 0;
        int from = token == 0 ? 0 : charEnds[token - 1];
        int to = token == charEnds.length - 1 ? text.length() : charEnds[token];
        segment.append(any && begins ? "\n" : "").append(text, from, to);
        any = true;
      }
      segments.add(segment.toString());
      segment.setLength(0);
    }
    return segments;
  }

  /** Tokens that are trained. */
  public static int tokens(byte[] mask) {
    int tokens = 0;
    for (byte kept : mask) {
      tokens += kept == 0 ? 0 : 1;
    }
    return tokens;
  }

  /** Of the longest run of tokens that are trained: of a conversation, its longest turn. */
  public static int longestRun(byte[] mask) {
    int longest = 0;
    int run = 0;
    for (byte kept : mask) {
      run = kept == 0 ? 0 : run + 1;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
