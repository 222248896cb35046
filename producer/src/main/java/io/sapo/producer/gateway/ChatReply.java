package io.sapo.producer.gateway;

import io.sapo.policy.generation.FinishReason;

/**
 * One turn as the caller sees it.
 *
 * @param id of the turn; a reward may name it
 * @param text decoded, special tokens omitted
 * @param promptTokens of the whole conversation before it
 */
public record ChatReply(
    String id, String text, FinishReason finishReason, int promptTokens, int responseTokens) {}
