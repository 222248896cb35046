package io.sapo.learner.algorithm;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The algorithms under one roof, each a choice along three axes (SAPO, section 6). */
public enum Algorithm {
  /** Segment-aligned policy optimization. */
  SAPO(Baseline.CRITIC, Scope.SEGMENT, Scope.SEGMENT),
  /** Its ablation with per-token importance ratios ("naive IS"). */
  SAPO_TOKEN_RATIO(Baseline.CRITIC, Scope.SEGMENT, Scope.TOKEN),
  /** Schulman et al. 2017. */
  PPO(Baseline.CRITIC, Scope.TOKEN, Scope.TOKEN),
  /** Value-calibrated PPO (Yuan et al. 2025): value pre-training and decoupled λ. */
  VC_PPO(Baseline.CRITIC, Scope.TOKEN, Scope.TOKEN),
  /** Shao et al. 2024. */
  GRPO(Baseline.GROUP_RELATIVE, Scope.RESPONSE, Scope.TOKEN),
  /** Zheng et al. 2025. */
  GSPO(Baseline.GROUP_RELATIVE, Scope.RESPONSE, Scope.RESPONSE),
  /** Ahmadian et al. 2024. */
  RLOO(Baseline.LEAVE_ONE_OUT, Scope.RESPONSE, Scope.TOKEN);

  /** What an advantage is measured against. */
  public enum Baseline {
    CRITIC,
    GROUP_RELATIVE,
    LEAVE_ONE_OUT
  }

  /** What counts as one action. */
  public enum Scope {
    TOKEN,
    SEGMENT,
    RESPONSE;

    Segmentation of(Segmentation cut) {
      return switch (this) {
        case TOKEN -> Segmentation.everyToken(cut.tokens());
        case SEGMENT -> cut;
        case RESPONSE -> Segmentation.wholeResponse(cut.tokens());
      };
    }
  }

  private final Baseline baseline;
  private final Scope action;
  private final Scope ratio;

  Algorithm(Baseline baseline, Scope action, Scope ratio) {
    this.baseline = baseline;
    this.action = action;
    this.ratio = ratio;
  }

  public Baseline baseline() {
    return baseline;
  }

  /** What carries one reward, value and advantage. */
  public Scope action() {
    return action;
  }

  /** What shares one importance ratio. */
  public Scope ratio() {
    return ratio;
  }

  public boolean usesCritic() {
    return baseline == Baseline.CRITIC;
  }

  /** The name in configurations: lower case with hyphens. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Algorithm ofName(String name) {
    for (Algorithm algorithm : values()) {
      if (algorithm.configName().equals(name)) {
        return algorithm;
      }
    }
    throw new IllegalArgumentException(
        "unknown algorithm '%s'; one of: %s"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(Algorithm::configName)
                    .collect(Collectors.joining(", "))));
  }
}
