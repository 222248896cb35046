package io.sapo.configuration;

import io.sapo.segmenter.cut.EntropyStrategy;
import io.sapo.segmenter.cut.NewlineStrategy;
import io.sapo.segmenter.cut.ProbabilityStrategy;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.cut.StepStrategy;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.verifier.RewardShaping;
import io.sapo.verifier.VerifierSettings;
import io.sapo.verifier.math.EqualityPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** How trajectories are cut and judged. */
final class SegmenterBinding {
  private static final Duration LONGEST_MEMORY = Duration.ofDays(3_650);

  private final Settings settings;

  SegmenterBinding(Settings settings) {
    this.settings = settings;
  }

  SegmenterConfig config(Path stateFolder, List<JudgeSettings> judges) {
    return new SegmenterConfig(
        strategy(),
        verifiers(),
        judges,
        settings.duration("segmenter.group-deadline"),
        dedupRetention(),
        stateFolder,
        settings.integer("segmenter.threads"),
        settings.duration("run.heartbeat"));
  }

  /** As long as a trajectory can be read again. */
  private Duration dedupRetention() {
    return settings
        .optionalDuration("segmenter.dedup-retention")
        .or(() -> Binding.retention(settings).records())
        .orElse(LONGEST_MEMORY);
  }

  private SegmentationStrategy strategy() {
    double percent = settings.number("segmentation.top-k-percent");
    double below = settings.number("segmentation.probability-below");
    int every = settings.integer("segmentation.probability-every");
    return switch (settings.text("segmentation.strategy")) {
      case "entropy" -> new EntropyStrategy(percent);
      case "newline" -> new NewlineStrategy();
      case "step" -> new StepStrategy();
      case "probability" -> new ProbabilityStrategy(below, every);
      default -> throw new IllegalStateException("a strategy that its rule does not allow");
    };
  }

  VerifierSettings verifiers() {
    return new VerifierSettings(
        settings.number("segmenter.numeric-tolerance"),
        new EqualityPolicy(
            settings.constant("segmenter.equality.units", EqualityPolicy.Units.class),
            settings.constant("segmenter.equality.percent", EqualityPolicy.Percent.class),
            settings.constant("segmenter.equality.decimals", EqualityPolicy.Decimals.class),
            settings.constant("segmenter.equality.lists", EqualityPolicy.Lists.class)),
        new RewardShaping(
            settings.integer("segmenter.reward.normal-length"),
            settings.number("segmenter.reward.format"),
            new LearnerBinding(settings).overlongTokens(),
            new LearnerBinding(settings).overlongShare(),
            new LearnerBinding(settings).overlongPenalty(),
            settings.flag("segmenter.reward.think-opened")),
        settings.optionalPath("verifiers.path"));
  }
}
