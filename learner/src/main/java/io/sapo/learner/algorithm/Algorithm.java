package io.sapo.learner.algorithm;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The algorithms by name: what an advantage is measured against, what carries one, what shares an
 * importance ratio, and the settings it was published with.
 */
public enum Algorithm {
  /** Segment-aligned policy optimization. */
  SAPO(new CriticTargets(), Scope.SEGMENT, Scope.SEGMENT, Presets::sapo),
  /** Its ablation with per-token importance ratios ("naive IS"). */
  SAPO_TOKEN_RATIO(new CriticTargets(), Scope.SEGMENT, Scope.TOKEN, Presets::sapoTokenRatio),
  /** Schulman et al. 2017. */
  PPO(new CriticTargets(), Scope.TOKEN, Scope.TOKEN, Presets::ppo),
  /** Value-calibrated PPO (Yuan et al. 2025): value pre-training and decoupled λ. */
  VC_PPO(new CriticTargets(), Scope.TOKEN, Scope.TOKEN, Presets::vcPpo),
  /** Shao et al. 2024. */
  GRPO(new GroupTargets(GroupBaselines::relative), Scope.RESPONSE, Scope.TOKEN, Presets::grpo),
  /** GRPO without its biases of length and difficulty (Liu et al. 2025). */
  DR_GRPO(new GroupTargets(GroupBaselines::centred), Scope.RESPONSE, Scope.TOKEN, Presets::drGrpo),
  /** Yu et al. 2025. */
  DAPO(new GroupTargets(GroupBaselines::relative), Scope.RESPONSE, Scope.TOKEN, Presets::dapo),
  /** Zheng et al. 2025. */
  GSPO(new GroupTargets(GroupBaselines::relative), Scope.RESPONSE, Scope.RESPONSE, Presets::gspo),
  /** Ahmadian et al. 2024. */
  RLOO(new GroupTargets(GroupBaselines::leaveOneOut), Scope.RESPONSE, Scope.TOKEN, Presets::rloo);

  private final AdvantageEstimator estimator;
  private final Scope action;
  private final Scope ratio;
  private final Supplier<Preset> preset;

  Algorithm(AdvantageEstimator estimator, Scope action, Scope ratio, Supplier<Preset> preset) {
    this.estimator = estimator;
    this.action = action;
    this.ratio = ratio;
    this.preset = preset;
  }

  public AdvantageEstimator estimator() {
    return estimator;
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
    return estimator.usesCritic();
  }

  /** The settings it was published with. */
  public Preset preset() {
    return preset.get();
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
