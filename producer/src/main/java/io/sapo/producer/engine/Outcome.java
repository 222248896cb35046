package io.sapo.producer.engine;

import io.sapo.policy.generation.Generation;
import java.util.Optional;

/** How a request ended. */
public sealed interface Outcome {
  /** The request's. */
  String id();

  /**
   * A response.
   *
   * @param entropyCandidates 0 where the entropies are exact; else the number of likeliest tokens
   *     from which they are estimated
   */
  record Generated(Generation generation, int entropyCandidates) implements Outcome {
    @Override
    public String id() {
      return generation.id();
    }
  }

  /**
   * No response could be had that may be trained on.
   *
   * @param reason a sentence
   * @param field of the request's sampling that must be another, as OpenAI's requests call it;
   *     empty where the request is not at fault
   */
  record Refused(String id, String reason, Optional<String> field) implements Outcome {
    public Refused(String id, String reason) {
      this(id, reason, Optional.empty());
    }
  }
}
