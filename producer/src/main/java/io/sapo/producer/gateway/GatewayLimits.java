package io.sapo.producer.gateway;

import java.time.Duration;

/**
 * Bounds of a gateway.
 *
 * @param idle a conversation in which nothing was said for so long is over
 * @param conversations kept at a time; beyond it the one used longest ago is over
 * @param conversationBytes that they may take together, with those that are over and not yet in the
 *     log; beyond it likewise, and where the log takes none, new requests are refused
 * @param waiting turns that may wait to be generated
 */
public record GatewayLimits(Duration idle, int conversations, long conversationBytes, int waiting) {

  /** Of the heap that conversations may take. */
  private static final int SHARE_OF_HEAP = 4;

  /** With a quarter of the heap for conversations. */
  public GatewayLimits(Duration idle, int conversations, int waiting) {
    this(idle, conversations, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, waiting);
  }

  public GatewayLimits {
    if (idle.isNegative()
        || idle.isZero()
        || conversations < 1
        || conversationBytes < 1
        || waiting < 1) {
      throw new IllegalArgumentException("limits of a gateway must be positive");
    }
  }
}
