package io.sapo.producer.engine;

import io.sapo.policy.generation.Generation;

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
   */
  record Refused(String id, String reason) implements Outcome {}
}
