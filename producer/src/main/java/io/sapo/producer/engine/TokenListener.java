package io.sapo.producer.engine;

/**
 * Is told of a response while it is generated, by a thread of the engine's, which it must not hold
 * up.
 */
@FunctionalInterface
public interface TokenListener {
  /**
   * @param tokens all so far, the listener's own. Mostly they go on from those told before; where a
   *     server has failed and the response is generated again, they may be others. Only the {@link
   *     Outcome} is checked and binding.
   */
  void sampled(int[] tokens);
}
