package io.sapo.producer.task;

import java.util.Optional;

/**
 * A source whose tasks stand in an order that is a function of its configuration alone, so that
 * several readers can share them by position, a stretch at a time.
 */
public interface OrderedTaskSource extends TaskSource {
  /**
   * Of a source that is a partition of a topic: the topic's id. One that is deleted and made anew
   * under its name has another: its tasks are others.
   */
  default Optional<String> topicId() {
    return Optional.empty();
  }

  /** Tasks of a stretch, from 1 to 64; always the same. */
  default int stretchLength() {
    return 32;
  }

  /** The first stretch that there may be; earlier ones have expired. */
  default long firstStretch() {
    return 0;
  }

  /** Whether a stretch has its tasks; one of a {@linkplain #live() live} source gets them later. */
  default boolean available(long stretch) {
    return true;
  }

  /**
   * Whether a stretch may be claimed before those in front of it are. Nobody does so for no reason:
   * there they may have expired. A claim on what does not exist would keep everybody from the tasks
   * before it for ever.
   */
  default boolean mayHold(long stretch) {
    return false;
  }

  /**
   * The next task is the first of a stretch, or one within it that was reached by {@link #next}.
   * Where a stretch has no task after all, {@code next} is empty.
   *
   * @param stretch number of the stretch, from 0
   * @param length of every stretch of this source; always the same
   */
  void seek(long stretch, int length);
}
