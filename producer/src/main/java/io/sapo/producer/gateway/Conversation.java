package io.sapo.producer.gateway;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatRequest.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A conversation token by token: the first prompt, then the generated turns and, masked out of the
 * loss, the messages in between. Generated tokens are kept as they were sampled and never
 * re-tokenized from text. Guarded by {@link Conversations}.
 */
final class Conversation {
  private final String id;
  private final String prompt;
  private final int[] promptTokens;
  private final Sampling sampling;
  private final long startedAtMs;
  private final List<Piece> pieces = new ArrayList<>();
  private List<Message> messages;
  private Optional<Reference> reference = Optional.empty();
  private long firstSeed;
  private int entropyCandidates;
  private long lastUsedNanos;

  /**
   * Tokens in a row from one source.
   *
   * @param generated empty for what others said
   */
  record Piece(int[] tokens, Optional<Generation> generated) {}

  Conversation(String id, String prompt, int[] promptTokens, Sampling sampling, long startedAtMs) {
    this.id = id;
    this.prompt = prompt;
    this.promptTokens = promptTokens;
    this.sampling = sampling;
    this.startedAtMs = startedAtMs;
    this.messages = List.of();
  }

  String id() {
    return id;
  }

  /** The first messages, for people to read. */
  String prompt() {
    return prompt;
  }

  int[] promptTokens() {
    return promptTokens;
  }

  Sampling sampling() {
    return sampling;
  }

  long startedAtMs() {
    return startedAtMs;
  }

  List<Piece> pieces() {
    return pieces;
  }

  /** All that was said, the last answer included. */
  List<Message> messages() {
    return messages;
  }

  Optional<Reference> reference() {
    return reference;
  }

  /** Of the first turn. */
  long seed() {
    return firstSeed;
  }

  int entropyCandidates() {
    return entropyCandidates;
  }

  int turns() {
    return (int) pieces.stream().filter(piece -> piece.generated().isPresent()).count();
  }

  FinishReason finishReason() {
    return pieces.get(pieces.size() - 1).generated().orElseThrow().finishReason();
  }

  long lastUsedNanos() {
    return lastUsedNanos;
  }

  /** All tokens so far. */
  int[] tokens() {
    int length = promptTokens.length;
    for (Piece piece : pieces) {
      length += piece.tokens().length;
    }
    int[] all = new int[length];
    System.arraycopy(promptTokens, 0, all, 0, promptTokens.length);
    int next = promptTokens.length;
    for (Piece piece : pieces) {
      System.arraycopy(piece.tokens(), 0, all, next, piece.tokens().length);
      next += piece.tokens().length;
    }
    return all;
  }

  /**
   * Adds a turn.
   *
   * @param said tokens between the last answer and this one; none at first
   * @param now all that was said, this answer included
   */
  void add(
      int[] said,
      Generation generated,
      int candidates,
      long seed,
      List<Message> now,
      Optional<Reference> judgedBy,
      long nanos) {
    if (said.length > 0) {
      pieces.add(new Piece(said, Optional.empty()));
    }
    firstSeed = turns() == 0 ? seed : firstSeed;
    pieces.add(new Piece(generated.tokens(), Optional.of(generated)));
    messages = List.copyOf(now);
    reference = judgedBy.isPresent() ? judgedBy : reference;
    entropyCandidates = Math.max(entropyCandidates, candidates);
    lastUsedNanos = nanos;
  }
}
