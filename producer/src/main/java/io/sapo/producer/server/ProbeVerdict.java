package io.sapo.producer.server;

import io.sapo.policy.generation.Sampling;
import io.sapo.producer.server.ReportedDistribution.Mismatch;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Reads a server's answers to the {@link Probe}. */
final class ProbeVerdict {
  /** Nearer than this share of the distance to what is expected, another explanation holds. */
  private static final double NEARER = 0.25;

  /**
   * What an adapter changes by less, in nats, may be rounding: in float32 log-probabilities agree
   * to a tenth of it.
   */
  private static final double FLOAT_NOISE = 1e-3;

  /** The model's own distribution. */
  private static final Sampling RAW = new Sampling(1, 1, 0, 1);

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
    Sampling told = told(published, answers);
    double distance = published.expected().distance(answers, told);
    boolean stale = isNearer(published.previous(), answers, told, distance);
    boolean bare = isNearer(published.base(), answers, told, distance);
    if (bare && (stale || distance > Math.min(tolerance, FLOAT_NOISE))) {
      throw new UnfitServerException(
          "it answers as the base model does: the adapter of version %d had no effect"
              .formatted(published.version()));
    }
    if (stale) {
      throw new UnfitServerException(
          "it still answers by the weights before version %d; after a reload of whole weights see the note on tied heads in docs/inference-servers.md"
              .formatted(published.version()));
    }
    ReportedDistribution reported = reported(published, answers, told, distance);
    Optional<Mismatch> mismatch = reported.mismatch(used);
    if (mismatch.isPresent()) {
      throw new UnfitServerException(mismatch.get().reason());
    }
    return reported;
  }

  /**
   * How the answers' log-probabilities come about: as asked, or as the model has them. The one by
   * which they are nearest to some weights, be they those expected or not: under the other one all
   * weights are far away, and none nearer than the expected.
   */
  private Sampling told(Publication published, List<Answer> answers) {
    return Stream.of(probe.sampling(), RAW)
        .min(Comparator.comparingDouble(sampling -> nearest(published, answers, sampling)))
        .orElseThrow();
  }

  private static double nearest(Publication published, List<Answer> answers, Sampling sampling) {
    return Stream.of(Optional.of(published.expected()), published.previous(), published.base())
        .flatMap(Optional::stream)
        .mapToDouble(weights -> weights.distance(answers, sampling))
        .min()
        .orElseThrow();
  }

  private static boolean isNearer(
      Optional<Fingerprint> other, List<Answer> answers, Sampling told, double distance) {
    return other.isPresent() && other.get().distance(answers, told) < NEARER * distance;
  }

  private ReportedDistribution reported(
      Publication published, List<Answer> answers, Sampling told, double distance) {
    Sampling asked = probe.sampling();
    if (distance <= tolerance) {
      boolean cut = asked.topP() < 1 || asked.topK() > 0;
      ReportedDistribution after =
          cut || cuts ? ReportedDistribution.SAMPLED : ReportedDistribution.UNCUT;
      return told.equals(RAW) ? ReportedDistribution.RAW : after;
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
