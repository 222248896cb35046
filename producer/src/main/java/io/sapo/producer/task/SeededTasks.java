package io.sapo.producer.task;

import java.util.SplittableRandom;

/**
 * Position of a source that generates its tasks from random numbers: a task is a function of seed
 * and position alone.
 */
public final class SeededTasks {
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
