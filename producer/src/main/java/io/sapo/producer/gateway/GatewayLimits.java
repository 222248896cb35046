package io.sapo.producer.gateway;

import java.time.Duration;

/**
 * Bounds of a gateway.
 *
 * @param idle a conversation in which nothing was said for so long is over
 * @param conversations kept at a time; beyond it the one used longest ago is over
 * @param waiting turns that may wait to be generated
 */
public record GatewayLimits(Duration idle, int conversations, int waiting) {
  public GatewayLimits {
    if (idle.isNegative() || idle.isZero() || conversations < 1 || waiting < 1) {
      throw new IllegalArgumentException("limits of a gateway must be positive");
    }
  }
}
