package io.sapo.producer.gateway;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.text.GrowingText;
import io.sapo.policy.text.StopTexts;
import io.sapo.policy.text.TextTooLongException;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.producer.gateway.GatewayException.Kind;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds the conversation that a request goes on with, or begins one, and puts its tokens together.
 * Thread-safe.
 */
final class Turns {
  private static final int ID_BYTES = 12;

  private final TurnPrompts prompts;
  private final Conversations conversations;
  private final int maxPromptTokens;
  private final String instance;
  private final Clock clock;
  private final SecureRandom ids = new SecureRandom();

  /**
   * @param instance of the producer, with which ids begin
   */
  Turns(
      TurnPrompts prompts,
      Conversations conversations,
      int maxPromptTokens,
      String instance,
      Clock clock) {
    this.prompts = prompts;
    this.conversations = conversations;
    this.maxPromptTokens = maxPromptTokens;
    this.instance = instance;
    this.clock = clock;
  }

  /**
   * What is to be generated.
   *
   * @param said tokens between the last answer and this one
   * @param prompt all tokens before this one
   */
  record Turn(Conversation conversation, int[] said, int[] prompt) {}

  /**
   * The conversation is the caller's from here on: it is not among those that may go on until it is
   * put back.
   *
   * @throws GatewayException when the messages cannot be a prompt
   */
  Turn of(ChatRequest request) {
    try {
      return turn(request);
    } catch (TextTooLongException e) {
      throw new GatewayException(Kind.TOO_LONG, ChatRequest.MESSAGES, e.getMessage());
    }
  }

  private Turn turn(ChatRequest request) {
    List<Message> messages = request.messages();
    requireRoomFor(request);
    int last = messages.size() - 1;
    while (last >= 0 && !messages.get(last).byAssistant()) {
      last--;
    }
    Optional<Conversation> known =
        last < 0
            ? Optional.empty()
            : conversations.take(
                messages.subList(0, last + 1), request.tools(), request.sampling());
    if (known.isPresent()) {
      Optional<Turn> next = next(known.get(), request, last);
      if (next.isPresent()) {
        return next.get();
      }
    }
    int[] tokens = prompts.first(request);
    requireRoom(tokens.length);
    Conversation fresh =
        new Conversation(newId(), shown(messages), tokens, request, clock.millis());
    return new Turn(fresh, new int[0], tokens);
  }

  /** Puts the conversation back unless it goes on. */
  private Optional<Turn> next(Conversation known, ChatRequest request, int last) {
    boolean goesOn = false;
    try {
      int[] sofar = known.tokens();
      int[] generated = known.pieces().get(known.pieces().size() - 1).tokens();
      Optional<int[]> said =
          prompts.next(known.asWritten(request.messages()), request.tools(), last, generated);
      if (said.isEmpty()) {
        return Optional.empty();
      }
      int[] prompt = Arrays.copyOf(sofar, sofar.length + said.get().length);
      System.arraycopy(said.get(), 0, prompt, sofar.length, said.get().length);
      requireRoom(prompt.length);
      goesOn = true;
      return Optional.of(new Turn(known, said.get(), prompt));
    } finally {
      if (!goesOn) {
        conversations.restore(known);
      }
    }
  }

  /** Where the answer ends, beside where the model ends it. */
  Optional<StopTexts> stops(ChatRequest request) {
    return request.stops().isEmpty()
        ? Optional.empty()
        : Optional.of(new StopTexts(request.stops(), prompts::growingText));
  }

  /** The text of an answer while it is generated, as far as the caller sees it. */
  Supplier<GrowingText> texts(ChatRequest request) {
    Optional<StopTexts> stops = stops(request);
    return stops.isPresent() ? stops.get()::begin : prompts::growingText;
  }

  /** What was generated, as the caller sees it. */
  Answer answer(ChatRequest request, Generation generation) {
    String written = prompts.text(generation);
    String shown = stops(request).map(stops -> stops.cut(written)).orElse(written);
    return request.tools().isEmpty()
        ? Answer.plain(written, shown)
        : Answer.withCalls(
            written, shown, prompts.toolCalls().orElseThrow(), () -> "call_" + randomHex());
  }

  /** Making tokens of megabytes takes minutes: what cannot fit is not tried. */
  private void requireRoomFor(ChatRequest request) {
    long most = (long) maxPromptTokens * prompts.longestToken();
    long characters = request.tools().json().length();
    for (Message message : request.messages()) {
      characters += message.characters();
    }
    int reference = request.reference().map(Reference::characters).orElse(0);
    if (reference > most) {
      throw new GatewayException(
          Kind.TOO_LONG,
          "metadata",
          "'metadata' has %d characters of 'answer' and 'verifier', at most %d are taken, as of a conversation (model.max-prompt-tokens)"
              .formatted(reference, most));
    }
    if (characters > most) {
      throw new GatewayException(
          Kind.TOO_LONG,
          ChatRequest.MESSAGES,
          "the conversation has %d characters, the %d tokens that are taken at most (model.max-prompt-tokens) hold %d"
              .formatted(characters, maxPromptTokens, most));
    }
  }

  private void requireRoom(int tokens) {
    if (tokens > maxPromptTokens) {
      throw new GatewayException(
          Kind.TOO_LONG,
          ChatRequest.MESSAGES,
          "the conversation has %d tokens, at most %d are taken (model.max-prompt-tokens)"
              .formatted(tokens, maxPromptTokens));
    }
  }

  private static String shown(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    for (Message message : messages) {
      text.append(text.length() == 0 ? "" : "\n").append(message.text());
    }
    return text.toString();
  }

  private String newId() {
    return instance + "-" + randomHex();
  }

  private String randomHex() {
    byte[] random = new byte[ID_BYTES];
    ids.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
