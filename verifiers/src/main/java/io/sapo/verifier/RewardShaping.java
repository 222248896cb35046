package io.sapo.verifier;

/**
 * What is made of a verdict's reward, in this order: length normalisation, format reward, overlong
 * penalty. Whether the answer is right stays as judged.
 *
 * @param normalLength tokens from which on a positive reward shrinks: of n tokens, n above it,
 *     normalLength/n of the reward is left; 0: at any length all of it
 * @param formatReward added where the response has the form that {@link FormatVerifier} wants
 * @param overlongTokens tokens before the length limit over which the penalty grows from nothing to
 *     all of it, as DAPO's soft overlong punishment (arXiv:2503.14476, eq. 13); 0: overlongShare
 *     decides
 * @param overlongShare the same as a share of the limit, from 0 to 1, rounded up to a token; 0: no
 *     penalty where overlongTokens is 0 too
 * @param overlongPenalty taken away at the limit
 * @param thinkOpened whether prompts end with {@code <think>}, so that no response begins with it
 */
public record RewardShaping(
    int normalLength,
    double formatReward,
    int overlongTokens,
    double overlongShare,
    double overlongPenalty,
    boolean thinkOpened) {
  public static final RewardShaping NONE = new RewardShaping(0, 0, 0, 1);

  /** Of prompts that leave it to the response to open its thinking. */
  public RewardShaping(
      int normalLength, double formatReward, int overlongTokens, double overlongPenalty) {
    this(normalLength, formatReward, overlongTokens, overlongPenalty, false);
  }

  /** With a window of so many tokens, or no penalty. */
  public RewardShaping(
      int normalLength,
      double formatReward,
      int overlongTokens,
      double overlongPenalty,
      boolean thinkOpened) {
    this(normalLength, formatReward, overlongTokens, 0, overlongPenalty, thinkOpened);
  }

  public RewardShaping {
    if (normalLength < 0 || overlongTokens < 0) {
      throw new IllegalArgumentException("a number of tokens in a reward's shape is negative");
    }
    if (!Double.isFinite(formatReward)
        || !(overlongPenalty >= 0 && overlongPenalty < 1e6)
        || !(overlongShare >= 0 && overlongShare <= 1)) {
      throw new IllegalArgumentException("a reward's shape has a number that is out of range");
    }
  }

  /** A reward and which parts of the shape changed it. */
  public record Shaped(double reward, boolean normalised, boolean formatted, boolean overlong) {}

  /**
   * @param tokens that the model wrote
   * @param longest of them at a stretch, in one turn: what the limit is held against
   * @param limit of a turn's length, in tokens
   */
  public Shaped shape(double reward, String response, int tokens, int longest, int limit) {
    boolean normalised = normalLength > 0 && tokens > normalLength && reward > 0;
    boolean formatted = formatReward != 0 && FormatVerifier.wellFormed(response, thinkOpened);
    double penalty = overlongPenalty * overlong(longest, limit);
    double shaped = normalised ? reward * normalLength / tokens : reward;
    shaped += formatted ? formatReward : 0;
    return new Shaped(shaped - penalty, normalised, formatted, penalty != 0);
  }

  /** 0 up to the window before the limit, 1 from the limit on, a line between. */
  private double overlong(int tokens, int limit) {
    double window = overlongTokens > 0 ? overlongTokens : Math.ceil(overlongShare * limit);
    if (window == 0) {
      return 0;
    }
    double over = (double) tokens - (limit - window);
    return Math.min(1, Math.max(0, over / window));
  }
}
