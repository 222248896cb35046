package io.sapo.standalone.config;

import io.sapo.learner.algorithm.Aggregation;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.algorithm.Clip;
import io.sapo.learner.algorithm.KlCoefficient;
import io.sapo.learner.algorithm.KlEstimator;
import io.sapo.learner.algorithm.OffPolicy;
import io.sapo.learner.algorithm.ValueReading;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.training.AdamWConfig;
import java.util.Arrays;

/** Section {@code learner} and the key {@code algorithm}: everything that decides an update. */
final class LearnerBinding {
  private final Settings settings;

  LearnerBinding(Settings settings) {
    this.settings = settings;
  }

  LearnerConfig config() {
    return new LearnerConfig(
        network(),
        algorithm(),
        settings.integer("learner.batch-size"),
        settings.integer("learner.mini-batch-size"),
        settings.integer("learner.micro-batch-tokens"),
        settings.integer("learner.max-sequence-tokens"),
        settings.integer("learner.epochs"),
        optimizer("learner.actor."),
        optimizer("learner.critic."),
        schedule(),
        settings.integer("learner.critic-warmup-updates"),
        settings.integer("learner.max-staleness"),
        settings.wide("run.seed"));
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
  private AlgorithmSettings algorithm() {
    Algorithm algorithm = Algorithm.ofName(settings.text("algorithm"));
    AlgorithmSettings published = AlgorithmSettings.of(algorithm);
    return new AlgorithmSettings(
        algorithm,
        settings.constant("learner.value-reading", ValueReading.class),
        settings.number("learner.gamma"),
        settings.optionalNumber("learner.lambda").orElse(published.lambda()),
        settings.optionalNumber("learner.critic-lambda").orElse(published.criticLambda()),
        clip(published.clip()),
        settings.number("learner.value-clip"),
        settings
            .optionalConstant("learner.aggregation", Aggregation.class)
            .orElse(published.aggregation()),
        settings.number("learner.advantage-limit"),
        rewardKl(published.rewardKl()),
        settings.constant("learner.reward-kl-estimator", KlEstimator.class),
        settings.optionalNumber("learner.loss-kl").orElse(published.lossKl()),
        settings.constant("learner.loss-kl-estimator", KlEstimator.class),
        offPolicy());
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

  private OffPolicy offPolicy() {
    return new OffPolicy(
        settings.constant("learner.off-policy", OffPolicy.Mode.class),
        settings.number("learner.off-policy-cap"),
        settings.number("learner.off-policy-low"),
        settings.number("learner.off-policy-high"),
        settings.flag("learner.v-trace"));
  }

  private OptimizerSettings optimizer(String section) {
    return new OptimizerSettings(
        settings.number(section + "learning-rate"),
        new AdamWConfig(
            settings.number(section + "beta1"),
            settings.number(section + "beta2"),
            settings.number(section + "epsilon"),
            settings.number(section + "weight-decay")),
        settings.number(section + "max-grad-norm"));
  }

  private LearningRateSchedule schedule() {
    return new LearningRateSchedule(
        settings.integer("learner.schedule.warmup-updates"),
        settings.constant("learner.schedule.decay", LearningRateSchedule.Decay.class),
        settings.integer("learner.schedule.decay-updates"),
        settings.number("learner.schedule.floor"));
  }
}
