package io.sapo.policy.generation;

import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.text.StopTexts;
import java.util.Optional;

/**
 * A response to be sampled.
 *
 * @param id handed back with the result; need not be unique
 * @param prompt without response tokens; requests with equal prompts submitted together are fed to
 *     the network once
 * @param seed with prompt, sampling, weights and stop texts it fixes the response, whatever else is
 *     running
 * @param stops texts that end it, beside its stop tokens
 */
public record GenerationRequest(
    String id, TokenSequence prompt, Sampling sampling, long seed, Optional<StopTexts> stops) {

  /** One that only stop tokens end. */
  public GenerationRequest(String id, TokenSequence prompt, Sampling sampling, long seed) {
    this(id, prompt, sampling, seed, Optional.empty());
  }
}
