package io.sapo.producer.gateway;

import io.sapo.policy.generation.Sampling;
import java.util.List;
import java.util.Optional;

/**
 * One turn that is asked for.
 *
 * @param messages of the whole conversation so far
 * @param seed of token sampling; empty for one of the gateway's
 * @param reference how the conversation is to be judged; empty to wait for a reward
 */
public record ChatRequest(
    List<Message> messages, Sampling sampling, Optional<Long> seed, Optional<Reference> reference) {

  /** What callers call the field. */
  static final String MESSAGES = "messages";

  /** What somebody said. */
  public record Message(String role, String text) {
    private static final String ASSISTANT = "assistant";

    static Message ofAssistant(String text) {
      return new Message(ASSISTANT, text);
    }

    boolean byAssistant() {
      return role.equals(ASSISTANT);
    }
  }

  /** A reference answer and who judges by it. */
  public record Reference(String answer, String verifier) {}

  public ChatRequest {
    messages = List.copyOf(messages);
  }
}
