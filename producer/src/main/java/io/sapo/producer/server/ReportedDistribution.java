package io.sapo.producer.server;

import io.sapo.policy.generation.Sampling;
import java.util.Optional;

/** Of which distribution a server reports log-probabilities. */
enum ReportedDistribution {
  /** The one that it samples from. */
  SAMPLED,

  /** After the temperature, before top-p and top-k. */
  UNCUT,

  /** The model's own, before the temperature as well. */
  RAW;

  /**
   * What makes these log-probabilities others than those sampled from.
   *
   * @param field of a request, as OpenAI's and the servers' have it
   * @param only the one value of it at which they are right
   * @param reason what the server does, and what to do about it
   */
  record Mismatch(String field, int only, String reason) {}

  /** Empty where what is sampled so is reported so. */
  Optional<Mismatch> mismatch(Sampling sampling) {
    if (this == RAW && sampling.temperature() != 1) {
      return Optional.of(new Mismatch("temperature", 1, reason(sampling)));
    }
    if (this != SAMPLED && sampling.topP() != 1) {
      return Optional.of(new Mismatch("top_p", 1, reason(sampling)));
    }
    if (this != SAMPLED && sampling.topK() != 0) {
      return Optional.of(new Mismatch("top_k", 0, reason(sampling)));
    }
    return Optional.empty();
  }

  private String reason(Sampling sampling) {
    return this == RAW
        ? "it reports log-probabilities of the model's own distribution, not of the one sampled from at temperature %s, top-p %s and top-k %d: start vLLM with --logprobs-mode processed_logprobs, or set temperature 1, top-p 1 and top-k 0"
            .formatted(sampling.temperature(), sampling.topP(), sampling.topK())
        : "it reports log-probabilities before top-p and top-k: start vLLM with --logprobs-mode processed_logprobs, or set top-p 1 and top-k 0";
  }
}
