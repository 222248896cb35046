package io.sapo.producer.task;

import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Position of a source that generates its tasks from random numbers: a task is a function of seed
 * and position alone.
 */
final class SeededTasks {
  private static final int HELD_OUT_ONE_IN = 10;

  private final long seed;
  private SplittableRandom random;
  private long count;

  public SeededTasks(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  public long seed() {
    return seed;
  }

  /** What the next task is drawn from. */
  public SplittableRandom random() {
    return random;
  }

  /**
   * Draws until there is one of the split: a tenth of all, told by their fingerprints, is held out,
   * so that none is ever in both.
   */
  public <T> T draw(
      Function<SplittableRandom, T> source, ToLongFunction<T> fingerprint, boolean heldOut) {
    while (true) {
      T drawn = source.apply(random);
      long code = fingerprint.applyAsLong(drawn);
      if ((Long.remainderUnsigned(code, HELD_OUT_ONE_IN) == 0) == heldOut) {
        return drawn;
      }
    }
  }

  /** The number of the next task. */
  public long next() {
    return count++;
  }

  /** See {@link OrderedTaskSource#seek}. */
  public void seek(long stretch, int length) {
    long salt = new SplittableRandom(seed).nextLong();
    random = new SplittableRandom(new SplittableRandom(salt ^ stretch).nextLong());
    count = Math.multiplyExact(stretch, length);
  }
}
