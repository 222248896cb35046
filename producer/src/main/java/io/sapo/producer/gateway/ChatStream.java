package io.sapo.producer.gateway;

import java.util.concurrent.CompletableFuture;

/**
 * A turn that is read while it is generated. Generation does not wait for its reader: what comes
 * between two readings is read at once, so that a slow reader costs no more than the turn's own
 * tokens. Thread-safe.
 */
public interface ChatStream {
  /** The turn's; a reward may name it. Empty until the turn has begun. */
  String id();

  /** Whether a token has been generated. */
  boolean begun();

  /** The text that has become certain since the last time, in whole characters; may be empty. */
  String take();

  /**
   * The whole turn, once it is part of its conversation; fails with {@link GatewayException}. What
   * is left of the text is to be taken then.
   */
  CompletableFuture<ChatReply> reply();
}
