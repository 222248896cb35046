package io.sapo.producer.engine;

import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.network.Weights;
import io.sapo.producer.prompt.PictureChat;
import io.sapo.producer.prompt.PromptRefusedException;
import java.util.List;
import java.util.Optional;

/**
 * Generates responses: the generator of this process, or inference servers. For one thread.
 *
 * <p>Whatever happens inside, a request submitted comes out as exactly one {@link Outcome}, sampled
 * with its own seed.
 */
public interface RolloutEngine extends AutoCloseable {
  /** Requests that may be submitted now; 0 also while nothing could generate them. */
  int freeSlots();

  /** Requests submitted whose outcome has not been returned. */
  int running();

  /**
   * The weights to generate with from here on, running responses included; to be called before the
   * first {@link #submit} and whenever they change.
   *
   * @param weights stay the caller's, and stay valid until the next call returns or the engine is
   *     closed
   */
  void use(Weights weights, long version);

  /**
   * @throws IllegalArgumentException naming the request, when its prompt is malformed or too long
   * @throws IllegalStateException when no slot is free
   */
  void submit(GenerationRequest request);

  /**
   * As {@link #submit(GenerationRequest)}, for a response that is read while it is generated.
   *
   * @param listener what it hears after the outcome has been returned does not count
   */
  default void submit(GenerationRequest request, TokenListener listener) {
    submit(request);
  }

  /**
   * As {@link #submit(GenerationRequest)}, for a prompt with pictures.
   *
   * @param chat read only by engines that send pictures on
   */
  default void submit(GenerationRequest request, ChatSource chat) {
    submit(request);
  }

  /** A prompt as its task has it. */
  interface ChatSource {
    /**
     * @throws PromptRefusedException when it can no longer be read
     */
    PictureChat read() throws PromptRefusedException;
  }

  /**
   * Generates for a while, or waits for a short while for inference servers.
   *
   * @return what has ended
   */
  List<Outcome> advance();

  /** Why there are no free slots, for people, where it is not for the running requests. */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /** Why no response can be used; empty where responses can. From any thread. */
  default Optional<Outage> outage() {
    return Optional.empty();
  }

  /** Drops what is running. */
  @Override
  void close();
}
