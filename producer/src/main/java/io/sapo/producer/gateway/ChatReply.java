package io.sapo.producer.gateway;

import io.sapo.policy.generation.FinishReason;
import java.util.List;

/**
 * One turn as the caller sees it.
 *
 * @param id of the turn; a reward may name it
 * @param text decoded, special tokens and calls of tools omitted
 * @param promptTokens of the whole conversation before it
 */
public record ChatReply(
    String id,
    String text,
    List<ToolCall> calls,
    FinishReason finishReason,
    int promptTokens,
    int responseTokens) {
  public ChatReply {
    calls = List.copyOf(calls);
  }
}
