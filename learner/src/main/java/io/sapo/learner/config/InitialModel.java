package io.sapo.learner.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What version 0 of a run is.
 *
 * @param checkpoint Hugging Face folder; its tokenizer and config go into every checkpoint
 * @param adapter PEFT folder of the adapters that training begins with; empty for fresh ones
 * @param critic folder of the critic that training begins with, see {@link
 *     io.sapo.policy.adapter.InitialCritic}; empty for the policy's body and a head of zeros
 */
public record InitialModel(Path checkpoint, Optional<Path> adapter, Optional<Path> critic) {
  /** Without adapters or a critic of its own. */
  public static InitialModel of(Path checkpoint) {
    return new InitialModel(checkpoint, Optional.empty(), Optional.empty());
  }

  /** The same with a critic of its own. */
  public InitialModel withCritic(Path folder) {
    return new InitialModel(checkpoint, adapter, Optional.of(folder));
  }
}
