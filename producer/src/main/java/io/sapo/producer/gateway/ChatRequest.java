package io.sapo.producer.gateway;

import io.sapo.policy.generation.Sampling;
import java.util.List;
import java.util.Optional;

/**
 * One turn that is asked for.
 *
 * @param messages of the whole conversation so far
 * @param tools the same throughout a conversation
 * @param stops texts before which the answer ends; each as {@link
 *     io.sapo.policy.text.StopTexts#canBeFound} has it
 * @param seed of token sampling; empty for one of the gateway's
 * @param reference how the conversation is to be judged; empty to wait for a reward
 */
public record ChatRequest(
    List<Message> messages,
    Tools tools,
    List<String> stops,
    Sampling sampling,
    Optional<Long> seed,
    Optional<Reference> reference) {

  /** What callers call the field. */
  static final String MESSAGES = "messages";

  /**
   * What somebody said.
   *
   * @param calls of tools, by the assistant
   * @param answers id of the call that a tool answers; empty for who is no tool
   */
  public record Message(String role, String text, List<ToolCall> calls, String answers) {
    private static final String ASSISTANT = "assistant";

    public Message {
      calls = List.copyOf(calls);
    }

    public Message(String role, String text) {
      this(role, text, List.of(), "");
    }

    static Message ofAssistant(String text, List<ToolCall> calls) {
      return new Message(ASSISTANT, text, calls, "");
    }

    boolean byAssistant() {
      return role.equals(ASSISTANT);
    }

    /** Of all its texts. */
    long characters() {
      long characters = role.length() + text.length() + answers.length();
      for (ToolCall call : calls) {
        characters += call.characters();
      }
      return characters;
    }
  }

  /** A reference answer and who judges by it. */
  public record Reference(String answer, String verifier) {
    int characters() {
      return answer.length() + verifier.length();
    }
  }

  public ChatRequest {
    messages = List.copyOf(messages);
    stops = List.copyOf(stops);
  }
}
