package io.sapo.configuration;

import io.sapo.learner.algorithm.Aggregation;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.algorithm.Clip;
import io.sapo.learner.algorithm.EntropyBonus;
import io.sapo.learner.algorithm.KlCoefficient;
import io.sapo.learner.algorithm.KlEstimator;
import io.sapo.learner.algorithm.OffPolicy;
import io.sapo.learner.algorithm.Overlong;
import io.sapo.learner.algorithm.Preset;
import io.sapo.learner.algorithm.Scope;
import io.sapo.learner.algorithm.ValueReading;
import io.sapo.learner.config.BatchSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.learner.config.StepSettings;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.training.AdamWConfig;
import java.util.Arrays;
import java.util.Optional;

/** Section {@code learner} and the key {@code algorithm}: everything that decides an update. */
final class LearnerBinding {
  private final Settings settings;

  LearnerBinding(Settings settings) {
    this.settings = settings;
  }

  LearnerConfig config() {
    Preset published = Algorithm.ofName(settings.text("algorithm")).preset();
    return new LearnerConfig(
        network(),
        algorithm(published.settings()),
        new BatchSettings(
            settings.integer("learner.batch-size"),
            settings.integer("learner.max-sequence-tokens"),
            settings.integer("learner.max-staleness"),
            settings
                .optionalInteger("learner.dynamic-sampling")
                .orElse(published.dynamicSampling())),
        new StepSettings(
            settings.integer("learner.mini-batch-size"),
            settings.integer("learner.micro-batch-tokens"),
            settings.integer("learner.epochs"),
            settings
                .optionalInteger("learner.critic-warmup-updates")
                .orElse(published.criticWarmupUpdates())),
        optimizer("learner.actor."),
        optimizer("learner.critic."),
        settings.wide("run.seed"),
        LearnerConfig.MATHEMATICS);
  }

  /**
   * Tokens before the length limit over which the penalty for a long response grows; 0 where none
   * are set.
   */
  int overlongTokens() {
    Preset published = Algorithm.ofName(settings.text("algorithm")).preset();
    Optional<Integer> given = settings.optionalInteger("segmenter.reward.overlong-tokens");
    boolean penalty = overlong(published.settings()) == Overlong.PENALTY;
    if (!penalty && given.orElse(0) > 0) {
      throw new IllegalArgumentException(
          "segmenter.reward.overlong-tokens is %d, but learner.overlong %s: only penalty looks at it"
              .formatted(given.get(), settings.text("learner.overlong")));
    }
    return given.orElse(0);
  }

  /**
   * The same as a share of the limit that a record states, where no tokens are set: the segmenter
   * has no model by which the limit was chosen.
   */
  double overlongShare() {
    Preset published = Algorithm.ofName(settings.text("algorithm")).preset();
    boolean given = settings.optionalInteger("segmenter.reward.overlong-tokens").isPresent();
    return !given && overlong(published.settings()) == Overlong.PENALTY
        ? published.overlongWindow()
        : 0;
  }

  /** Taken away at the limit. */
  double overlongPenalty() {
    return settings
        .optionalNumber("segmenter.reward.overlong-penalty")
        .orElse(Algorithm.ofName(settings.text("algorithm")).preset().overlongPenalty());
  }

  /** A window that is set says by itself that there is a penalty. */
  private Overlong overlong(AlgorithmSettings published) {
    int window = settings.optionalInteger("segmenter.reward.overlong-tokens").orElse(0);
    return settings
        .optionalConstant("learner.overlong", Overlong.class)
        .orElse(window > 0 ? Overlong.PENALTY : published.overlong());
  }

  private NetworkSettings network() {
    int rank = settings.integer("model.adapter-rank");
    AdapterConfig adapters =
        rank == 0
            ? null
            : new AdapterConfig(
                rank,
                settings.number("model.adapter-alpha"),
                settings.flag("model.adapter-rank-stabilized"),
                Arrays.asList(settings.text("model.adapter-targets").split("[,\\s]+")),
                settings.flag("model.adapter-vision"));
    return new NetworkSettings(
        adapters,
        settings.constant("model.precision", NetworkSettings.Precision.class).type(),
        settings.optionalInteger("model.max-pixels").orElse(0));
  }

  /** What is left empty is as the algorithm was published. */
  private AlgorithmSettings algorithm(AlgorithmSettings published) {
    return published.toBuilder()
        .valueReading(settings.constant("learner.value-reading", ValueReading.class))
        .gamma(settings.number("learner.gamma"))
        .lambda(settings.optionalNumber("learner.lambda").orElse(published.lambda()))
        .criticLambda(
            settings.optionalNumber("learner.critic-lambda").orElse(published.criticLambda()))
        .clip(clip(published.clip()))
        .valueClip(settings.number("learner.value-clip"))
        .aggregation(
            settings
                .optionalConstant("learner.aggregation", Aggregation.class)
                .orElse(published.aggregation()))
        .advantageLimit(
            settings.optionalNumber("learner.advantage-limit").orElse(published.advantageLimit()))
        .rewardKl(rewardKl(published.rewardKl()))
        .rewardKlEstimator(settings.constant("learner.reward-kl-estimator", KlEstimator.class))
        .lossKl(settings.optionalNumber("learner.loss-kl").orElse(published.lossKl()))
        .lossKlEstimator(settings.constant("learner.loss-kl-estimator", KlEstimator.class))
        .entropy(
            new EntropyBonus(
                settings.number("learner.entropy-bonus"),
                settings.number("learner.target-entropy")))
        .overlong(overlong(published))
        .offPolicy(offPolicy(published.algorithm()))
        .build();
  }

  private Clip clip(Clip published) {
    return new Clip(
        settings.optionalNumber("learner.clip-low").orElse(published.low()),
        settings.optionalNumber("learner.clip-high").orElse(published.high()),
        settings.optionalNumber("learner.dual-clip").orElse(published.dual()));
  }

  private KlCoefficient rewardKl(KlCoefficient published) {
    return new KlCoefficient(
        settings.optionalNumber("learner.reward-kl").orElse(published.initial()),
        settings.number("learner.reward-kl-target"),
        settings.integer("learner.reward-kl-horizon"));
  }

  private OffPolicy offPolicy(Algorithm algorithm) {
    return new OffPolicy(
        settings.constant("learner.off-policy", OffPolicy.Mode.class),
        new OffPolicy.Measure(
            settings
                .optionalConstant("learner.off-policy-scope", Scope.class)
                .orElse(algorithm.ratio()),
            settings.constant("learner.off-policy-form", OffPolicy.Form.class)),
        settings.number("learner.off-policy-cap"),
        settings.number("learner.off-policy-low"),
        settings.number("learner.off-policy-high"),
        rejection(),
        settings.number("learner.off-policy-veto"),
        settings.flag("learner.off-policy-normalize"),
        settings.flag("learner.v-trace"));
  }

  /** Null where no scope is named. */
  private OffPolicy.Rejection rejection() {
    return settings
        .optionalConstant("learner.rejection-scope", Scope.class)
        .map(
            scope ->
                new OffPolicy.Rejection(
                    new OffPolicy.Measure(
                        scope, settings.constant("learner.rejection-form", OffPolicy.Form.class)),
                    settings.number("learner.rejection-low"),
                    settings.number("learner.rejection-high")))
        .orElse(null);
  }

  private OptimizerSettings optimizer(String section) {
    return new OptimizerSettings(
        settings.number(section + "learning-rate"),
        new AdamWConfig(
            settings.number(section + "beta1"),
            settings.number(section + "beta2"),
            settings.number(section + "epsilon"),
            settings.number(section + "weight-decay")),
        settings.number(section + "max-grad-norm"),
        schedule(section + "schedule."));
  }

  private LearningRateSchedule schedule(String section) {
    return new LearningRateSchedule(
        settings.integer(section + "warmup-updates"),
        settings.constant(section + "decay", LearningRateSchedule.Decay.class),
        settings.integer(section + "decay-updates"),
        settings.number(section + "floor"));
  }
}
