package io.sapo.learner.fold;

import java.util.Random;

/**
 * The order in which an epoch of an update sees its rows: a function of seed, version and epoch.
 */
final class Shuffle {

  private Shuffle() {}

  static int[] rows(int count, long seed, long version, int epoch) {
    Random random = new Random(mix(mix(mix(seed) + version) + epoch));
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      rows[i] = rows[j];
      rows[j] = i;
    }
    return rows;
  }

  /** The finalizer of SplitMix64, so that neighbouring seeds give unrelated orders. */
  private static long mix(long z) {
    z += 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
