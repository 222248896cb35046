package io.sapo.producer.gateway;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.producer.rollout.RolloutSeed;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Generates a turn and adds it to its conversation. Thread-safe. */
final class TurnGeneration {
  private static final String OTHER_TEXT =
      "an inference server failed in the middle of this turn, and what was generated in its place does not go on from the text sent so far; the turn is not recorded: ask again";

  private final long runSeed;
  private final Turns turns;
  private final GenerationThread thread;
  private final Conversations conversations;
  private final Consumer<List<Conversation>> leaving;

  /**
   * @param runSeed from which turns get theirs where a request has none
   * @param thread stays the caller's
   * @param leaving takes conversations that others take the place of, if any; must not wait for a
   *     broker, since it is called where responses are generated
   */
  TurnGeneration(
      long runSeed,
      Turns turns,
      GenerationThread thread,
      Conversations conversations,
      Consumer<List<Conversation>> leaving) {
    this.runSeed = runSeed;
    this.turns = turns;
    this.thread = thread;
    this.conversations = conversations;
    this.leaving = leaving;
  }

  /**
   * @param stream who reads the turn while it is generated
   * @return fails with {@link GatewayException}
   */
  CompletableFuture<ChatReply> generate(
      ChatRequest request, Turns.Turn turn, Optional<StreamedTurn> stream) {
    Conversation conversation = turn.conversation();
    int number = conversation.turns();
    String id = conversation.id() + "/" + number;
    stream.ifPresent(reader -> reader.name(id));
    long seed = request.seed().orElse(RolloutSeed.of(runSeed, conversation.id(), number));
    GenerationRequest asked =
        new GenerationRequest(
            id,
            TokenSequence.text(turn.prompt(), new int[0]),
            request.sampling(),
            seed,
            turns.stops(request));
    return thread
        .generate(asked, stream.map(reader -> reader::sampled))
        .handle(
            (outcome, problem) -> {
              try {
                return answered(request, turn, asked, generated(outcome, problem), stream);
              } catch (RuntimeException e) {
                if (number > 0) {
                  keep(conversation);
                }
                throw e;
              }
            });
  }

  /**
   * @throws GatewayException when it is no response
   */
  private static Outcome.Generated generated(Outcome outcome, Throwable problem) {
    if (problem == null && outcome instanceof Outcome.Generated generated) {
      return generated;
    }
    if (problem instanceof GatewayException known) {
      throw known;
    }
    if (outcome instanceof Outcome.Refused refused && refused.field().isPresent()) {
      throw new GatewayException(Kind.BAD_REQUEST, refused.field().get(), refused.reason());
    }
    throw new GatewayException(
        Kind.FAILED,
        outcome instanceof Outcome.Refused refused
            ? refused.reason()
            : "generating failed: " + problem.getMessage());
  }

  private ChatReply answered(
      ChatRequest request,
      Turns.Turn turn,
      GenerationRequest asked,
      Outcome.Generated generated,
      Optional<StreamedTurn> stream) {
    Generation generation = generated.generation();
    Answer answer = turns.answer(request, generation);
    if (stream.isPresent() && !stream.get().end(answer.text())) {
      throw new GatewayException(Kind.FAILED, OTHER_TEXT);
    }
    turn.conversation()
        .add(turn.said(), request, generated, answer, asked.seed(), System.nanoTime());
    keep(turn.conversation());
    return new ChatReply(
        asked.id(),
        answer.text(),
        answer.calls(),
        generation.finishReason(),
        turn.prompt().length,
        generation.tokens().length);
  }

  private void keep(Conversation conversation) {
    leaving.accept(conversations.put(conversation));
  }
}
