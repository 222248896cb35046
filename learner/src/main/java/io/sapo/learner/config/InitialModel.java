package io.sapo.learner.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What version 0 of a run is.
 *
 * @param checkpoint Hugging Face folder; its tokenizer and config go into every checkpoint
 * @param adapter PEFT folder of the adapters that training begins with; empty for fresh ones
 */
public record InitialModel(Path checkpoint, Optional<Path> adapter) {
  /** Without adapters of its own. */
  public static InitialModel of(Path checkpoint) {
    return new InitialModel(checkpoint, Optional.empty());
  }
}
