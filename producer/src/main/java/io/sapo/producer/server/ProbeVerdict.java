package io.sapo.producer.server;

import io.sapo.policy.generation.Sampling;
import java.util.List;
import java.util.OptionalDouble;

/** Reads a server's answers to the {@link Probe}. */
final class ProbeVerdict {
  /** Nearer than this share of the distance to what is expected, another explanation holds. */
  private static final double NEARER = 0.25;

  private final Probe probe;
  private final Sampling used;
  private final double tolerance;

  /**
   * @param used how the run samples
   * @param tolerance largest difference of log-probabilities that counts as none, in nats
   */
  ProbeVerdict(Probe probe, Sampling used, double tolerance) {
    this.probe = probe;
    this.used = used;
    this.tolerance = tolerance;
  }

  /**
   * @throws UnfitServerException saying what the server does instead, where its answers are not
   *     those of the published weights
   */
  void check(Publication published, List<Answer> answers) {
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
    if (distance <= tolerance) {
      return;
    }
    refuseDistribution(published, answers, distance);
  }

  private void refuseDistribution(Publication published, List<Answer> answers, double distance) {
    Sampling asked = probe.sampling();
    Sampling whole = new Sampling(asked.temperature(), 1, 0, 1);
    Sampling raw = new Sampling(1, 1, 0, 1);
    if (published.expected().distance(answers, raw) <= tolerance) {
      if (used.temperature() == 1 && used.topP() == 1 && used.topK() == 0) {
        return;
      }
      throw new UnfitServerException(
          "it reports log-probabilities of the model's own distribution, not of the one sampled from at temperature %s, top-p %s and top-k %d: start vLLM with --logprobs-mode processed_logprobs, or set temperature 1, top-p 1 and top-k 0"
              .formatted(used.temperature(), used.topP(), used.topK()));
    }
    if (published.expected().distance(answers, whole) <= tolerance) {
      throw new UnfitServerException(
          "it reports log-probabilities before top-p and top-k: start vLLM with --logprobs-mode processed_logprobs, or set top-p 1 and top-k 0");
    }
    double temperature = published.expected().temperatureOf(answers);
    if (temperature > 0
        && published.expected().distance(answers, new Sampling(temperature, 1, 0, 1))
            <= tolerance) {
      throw new UnfitServerException(
          "it samples at temperature %.3f where %s was asked for"
              .formatted(temperature, asked.temperature()));
    }
    OptionalDouble excess = published.expected().excess(answers, asked, tolerance);
    if (excess.isPresent() && excess.getAsDouble() > tolerance) {
      throw new UnfitServerException(
          "its log-probabilities are all %.3f nats above those of version %d: it samples from a part of the distribution, by a top-p or top-k other than %s and %d"
              .formatted(excess.getAsDouble(), published.version(), asked.topP(), asked.topK()));
    }
    throw new UnfitServerException(
        "its log-probabilities differ by up to %.3f nats from those of version %d (%.3g are allowed): it serves another base model, another adapter or lower precision"
            .formatted(distance, published.version(), tolerance));
  }
}
