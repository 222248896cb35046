package io.sapo.producer.server;

import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.text.StopTexts;
import io.sapo.producer.engine.TokenListener;
import io.sapo.producer.prompt.PictureChat;
import java.util.List;
import java.util.Optional;

/** A generation request that has no outcome yet. Guarded by the engine's lock. */
final class OpenRequest {
  /** Answers to one request that may be refused before it is given up. */
  private static final int MOST_REFUSED = 5;

  /** Times that servers may fail over one request before it is given up. */
  private static final int MOST_FAILED = 20;

  private final GenerationRequest request;
  private final Optional<PictureChat> chat;
  private final Optional<TokenListener> listener;
  private int refused;
  private int failed;

  /**
   * @param chat of a prompt with pictures
   * @param listener where the response is read while it is generated
   */
  OpenRequest(
      GenerationRequest request, Optional<PictureChat> chat, Optional<TokenListener> listener) {
    this.request = request;
    this.chat = chat;
    this.listener = listener;
  }

  Optional<TokenListener> listener() {
    return listener;
  }

  Optional<PictureChat> chat() {
    return chat;
  }

  GenerationRequest request() {
    return request;
  }

  /**
   * Stop texts to be sent along, so that the server generates no further; the answer is cut where
   * the text decoded here says so in any case. None after an answer that was refused.
   */
  List<String> stopsToSend() {
    return refused > 0 ? List.of() : request.stops().map(StopTexts::texts).orElse(List.of());
  }

  /** Notes an answer that cannot be used; true when there is to be no other try. */
  boolean refused() {
    return ++refused >= MOST_REFUSED;
  }

  /** Notes that a server did not answer as it should; true when there is to be no other try. */
  boolean failed() {
    return ++failed >= MOST_FAILED;
  }
}
