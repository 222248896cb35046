package io.sapo.policy.generation;

/** Uniform numbers by counter: number {@code index} of a seed, without state. */
final class Uniforms {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private Uniforms() {}

  /**
   * A multiple of 2^-32 in [0, 1), so that its product with a sum of probabilities in double
   * precision stays below that sum.
   */
  static double at(long seed, int index) {
    long bits = mix(mix(seed + GOLDEN_GAMMA) + GOLDEN_GAMMA * (index + 1L));
    return (bits >>> 32) * 0x1p-32;
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
