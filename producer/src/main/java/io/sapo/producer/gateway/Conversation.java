package io.sapo.producer.gateway;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.engine.Outcome;
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
  /** With its numbers: two, three and its version. */
  private static final long TOKEN_BYTES = 24;

  /** That the objects around a text are worth. */
  private static final long MESSAGE_CHARACTERS = 64;

  private final String id;
  private final String prompt;
  private final int[] promptTokens;
  private final Tools tools;
  private final Sampling sampling;
  private final long startedAtMs;
  private final List<Piece> pieces = new ArrayList<>();
  private List<Message> messages = List.of();
  private List<Message> written = List.of();
  private Optional<Reference> reference = Optional.empty();
  private long firstSeed;
  private int entropyCandidates;
  private long lastUsedNanos;
  private long bytes;

  /**
   * Tokens in a row from one source.
   *
   * @param generated empty for what others said
   */
  record Piece(int[] tokens, Optional<Generation> generated) {}

  /**
   * @param opening the first request
   */
  Conversation(
      String id, String prompt, int[] promptTokens, ChatRequest opening, long startedAtMs) {
    this.id = id;
    this.prompt = prompt;
    this.promptTokens = promptTokens;
    this.tools = opening.tools();
    this.sampling = opening.sampling();
    this.startedAtMs = startedAtMs;
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

  Tools tools() {
    return tools;
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

  /** All that was said, the last answer included, as the caller sees it. */
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

  void usedAt(long nanos) {
    lastUsedNanos = nanos;
  }

  /** Heap that it takes, roughly and rather more; the same until a turn is added. */
  long bytes() {
    return bytes;
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
   * @param request begins with the messages so far
   */
  void add(
      int[] said,
      ChatRequest request,
      Outcome.Generated generated,
      Answer answer,
      long seed,
      long nanos) {
    if (said.length > 0) {
      pieces.add(new Piece(said, Optional.empty()));
    }
    firstSeed = turns() == 0 ? seed : firstSeed;
    Generation generation = generated.generation();
    pieces.add(new Piece(generation.tokens(), Optional.of(generation)));
    written = asWritten(request.messages());
    written.add(answer.asWritten());
    messages = new ArrayList<>(request.messages());
    messages.add(answer.seen());
    reference = request.reference().isPresent() ? request.reference() : reference;
    entropyCandidates = Math.max(entropyCandidates, generated.entropyCandidates());
    lastUsedNanos = nanos;
    bytes = TOKEN_BYTES * tokens().length + Character.BYTES * characters();
  }

  /** Messages are kept twice, of tools also what they are read as. */
  private long characters() {
    long characters = prompt.length() + 4L * tools.json().length();
    for (Message message : messages) {
      characters += 2 * (MESSAGE_CHARACTERS * (1 + message.calls().size()) + message.characters());
    }
    return characters + reference.map(Reference::characters).orElse(0);
  }

  /** Messages that begin with those so far, each generated one as the model wrote it. */
  List<Message> asWritten(List<Message> all) {
    List<Message> found = new ArrayList<>(written);
    found.addAll(all.subList(written.size(), all.size()));
    return found;
  }
}
