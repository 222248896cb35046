package io.sapo.producer.task;

/**
 * A source without end whose tasks stand in an order that is a function of its configuration alone,
 * so that several readers can share them by position.
 */
public interface OrderedTaskSource extends TaskSource {
  /**
   * The next task is the first of a stretch, or one within it that was reached by {@link #next}.
   *
   * @param stretch number of the stretch, from 0
   * @param length of every stretch of this source; always the same
   */
  void seek(long stretch, int length);
}
