package io.sapo.producer.server;

import io.sapo.policy.generation.Sampling;
import io.sapo.producer.server.ReportedDistribution.Mismatch;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads a server's answers to the {@link Probe}. */
final class ProbeVerdict {
  /** Nearer than this share of the distance to what is expected, another explanation holds. */
  private static final double NEARER = 0.25;

  private final Probe probe;
  private final Sampling used;
  private final boolean cuts;
  private final double tolerance;

  /**
   * @param used how the run samples
   * @param cuts see {@link Dialect#reportsCuts}
   * @param tolerance largest difference of log-probabilities that counts as none, in nats
   */
  ProbeVerdict(Probe probe, Sampling used, boolean cuts, double tolerance) {
    this.probe = probe;
    this.used = used;
    this.cuts = cuts;
    this.tolerance = tolerance;
  }

  /**
   * @return fits how the run samples, but need not fit other samplings
   * @throws UnfitServerException saying what the server does instead, where its answers are not
   *     those of the published weights
   */
  ReportedDistribution check(Publication published, List<Answer> answers) {
    Sampling asked = probe.sampling();
    double distance = published.expected().distance(answers, asked);
    boolean stale =
        published
            .previous()
            .map(previous -> previous.distance(answers, asked) < NEARER * distance)
            .orElse(false);
    boolean bare =
        published
            .base()
            .map(base -> base.distance(answers, asked) < NEARER * distance)
            .orElse(false);
    if (bare && (stale || distance > tolerance)) {
      throw new UnfitServerException(
          "it answers as the base model does: the adapter of version %d had no effect"
              .formatted(published.version()));
    }
    if (stale) {
      throw new UnfitServerException(
          "it still answers by the weights before version %d; after a reload of whole weights see the note on tied heads in docs/inference-servers.md"
              .formatted(published.version()));
    }
    ReportedDistribution reported = reported(published, answers, distance);
    Optional<Mismatch> mismatch = reported.mismatch(used);
    if (mismatch.isPresent()) {
      throw new UnfitServerException(mismatch.get().reason());
    }
    return reported;
  }

  private ReportedDistribution reported(
      Publication published, List<Answer> answers, double distance) {
    Sampling asked = probe.sampling();
    if (distance <= tolerance) {
      boolean cut = asked.topP() < 1 || asked.topK() > 0;
      return cut || cuts ? ReportedDistribution.SAMPLED : ReportedDistribution.UNCUT;
    }
    Sampling raw = new Sampling(1, 1, 0, 1);
    if (published.expected().distance(answers, raw) <= tolerance) {
      return ReportedDistribution.RAW;
    }
    Sampling whole = new Sampling(asked.temperature(), 1, 0, 1);
    if (published.expected().distance(answers, whole) <= tolerance) {
      return ReportedDistribution.UNCUT;
    }
    throw otherDistribution(published, answers, distance);
  }

  private UnfitServerException otherDistribution(
      Publication published, List<Answer> answers, double distance) {
    Sampling asked = probe.sampling();
    double temperature = published.expected().temperatureOf(answers);
    if (temperature > 0
        && published.expected().distance(answers, new Sampling(temperature, 1, 0, 1))
            <= tolerance) {
      return new UnfitServerException(
          "it samples at temperature %.3f where %s was asked for"
              .formatted(temperature, asked.temperature()));
    }
    OptionalDouble excess = published.expected().excess(answers, asked, tolerance);
    if (excess.isPresent() && excess.getAsDouble() > tolerance) {
      return new UnfitServerException(
          "its log-probabilities are all %.3f nats above those of version %d: it samples from a part of the distribution, by a top-p or top-k other than %s and %d"
              .formatted(excess.getAsDouble(), published.version(), asked.topP(), asked.topK()));
    }
    return new UnfitServerException(
        "its log-probabilities differ by up to %.3f nats from those of version %d (%.3g are allowed): it serves another base model, another adapter or lower precision"
            .formatted(distance, published.version(), tolerance));
  }
}
