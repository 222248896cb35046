package io.sapo.learner.algorithm;

/**
 * The settings each algorithm was published with, and where. What a source leaves open is as in
 * SAPO's own experiments, so that baselines differ from SAPO only where their papers do.
 */
final class Presets {

  /** No bound: the ratio is not clipped. */
  private static final Clip UNCLIPPED = new Clip(1, 1e6, 0);

  private static final Clip SYMMETRIC = new Clip(0.2, 0.2, 0);

  private Presets() {}

  /**
   * arXiv 2605.01327, section 4 and its code: clip 0.2 and 0.28, dual clip 3, λ 0.99, KL 0.001,
   * whitened advantages within ±5.
   */
  static Preset sapo() {
    return Preset.of(base(Algorithm.SAPO).advantageLimit(5).build());
  }

  /** As SAPO but for the ratio, whose scope that of the off-policy correction follows. */
  static Preset sapoTokenRatio() {
    return Preset.of(base(Algorithm.SAPO_TOKEN_RATIO).advantageLimit(5).build());
  }

  /**
   * arXiv 1707.06347, sections 3 and 6.1: clip 0.2, λ 0.95, one λ for both; no dual clip. Public
   * code whitens advantages and does not limit them.
   */
  static Preset ppo() {
    return Preset.of(base(Algorithm.PPO).clip(SYMMETRIC).lambda(0.95).criticLambda(0.95).build());
  }

  /**
   * arXiv 2503.01491, section 3: returns with λ 1, value pre-training; its clip is PPO's. λ 0.99 of
   * the policy is that of SAPO's baseline (the paper's experiments: 0.95). The paper compares
   * several lengths of pre-training and finds that more is not always better; 50 updates are those
   * of the same authors' VAPO (arXiv 2504.05118, section 5.1). Both statements are taken from
   * public summaries and reproductions of the two papers.
   */
  static Preset vcPpo() {
    return Preset.of(
        base(Algorithm.VC_PPO).clip(SYMMETRIC).lambda(0.99).criticLambda(1).build(), 50, 0);
  }

  /**
   * arXiv 2402.03300, eq. 3 and 4: the mean over responses of the mean over tokens, a symmetric
   * clip, the k3 estimator in the loss. Its coefficient is that of SAPO's baseline, 0.01 (the paper
   * has 0.04).
   */
  static Preset grpo() {
    return Preset.of(
        base(Algorithm.GRPO)
            .clip(SYMMETRIC)
            .aggregation(Aggregation.SEQ_MEAN_TOKEN_MEAN)
            .lossKl(0.01)
            .build());
  }

  /**
   * arXiv 2503.20783, section 3.2: the group's mean alone is taken away, and a response's sum is
   * divided by a constant, the length limit; no KL term.
   */
  static Preset drGrpo() {
    return Preset.of(
        base(Algorithm.DR_GRPO)
            .clip(SYMMETRIC)
            .aggregation(Aggregation.SEQ_MEAN_TOKEN_SUM_NORM)
            .build());
  }

  /**
   * arXiv 2503.14476, section 3: clip 0.2 and 0.28, the mean over all tokens, no KL term, groups
   * without signal sampled anew (its code gives up after ten batches), a soft punishment over the
   * last fifth of the length limit (4,096 of 20,480 tokens), which takes 1 off rewards of 1 and -1
   * at the limit (eq. 7 and 13): 0.5 of rewards of 1 and 0.
   */
  static Preset dapo() {
    return Preset.of(
        base(Algorithm.DAPO).clip(new Clip(0.2, 0.28, 0)).overlong(Overlong.PENALTY).build(),
        0,
        10);
  }

  /** arXiv 2507.18071, section 5.1: clip 3e-4 and 4e-4; eq. 5 has no KL term. */
  static Preset gspo() {
    return Preset.of(
        base(Algorithm.GSPO)
            .clip(new Clip(3e-4, 4e-4, 0))
            .aggregation(Aggregation.SEQ_MEAN_TOKEN_MEAN)
            .build());
  }

  /**
   * arXiv 2402.14740, section 3.2: REINFORCE on whole responses, so neither clip nor a mean over
   * tokens. Its KL penalty lies in the reward of a learned reward model; a verifier needs none.
   */
  static Preset rloo() {
    return Preset.of(
        base(Algorithm.RLOO).clip(UNCLIPPED).aggregation(Aggregation.SEQ_MEAN_TOKEN_SUM).build());
  }

  private static AlgorithmSettings.Builder base(Algorithm algorithm) {
    return new AlgorithmSettings.Builder(algorithm);
  }
}
