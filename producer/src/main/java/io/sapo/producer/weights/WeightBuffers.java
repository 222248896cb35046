package io.sapo.producer.weights;

import io.sapo.policy.network.BaseModel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Working copies of weights: as many as are held at a time and one more, in which the next version
 * is assembled. Thread-safe.
 */
final class WeightBuffers implements AutoCloseable {
  private final BaseModel base;
  private final Deque<WorkingCopy> free = new ArrayDeque<>();
  private final Map<WorkingCopy, Integer> users = new IdentityHashMap<>();
  private boolean closed;

  /**
   * @param base stays the caller's
   */
  WeightBuffers(BaseModel base) {
    this.base = base;
  }

  /** Whether a copy can be had without there being more than two. */
  synchronized boolean spare() {
    return !free.isEmpty() || users.size() < 2;
  }

  /** A copy that nobody else uses. */
  synchronized WorkingCopy take() {
    WorkingCopy copy = free.isEmpty() ? new WorkingCopy(base) : free.poll();
    users.put(copy, 1);
    return copy;
  }

  /** Gives a copy one more user. */
  synchronized WorkingCopy share(WorkingCopy copy) {
    users.merge(copy, 1, Integer::sum);
    return copy;
  }

  /** One user less; after the last one the copy is free. */
  synchronized void release(WorkingCopy copy) {
    if (users.merge(copy, -1, Integer::sum) > 0) {
      return;
    }
    users.remove(copy);
    if (closed) {
      copy.close();
    } else {
      free.addFirst(copy);
    }
  }

  /** Frees what is not in use; the rest is freed as it is given back. */
  @Override
  public synchronized void close() {
    closed = true;
    free.forEach(WorkingCopy::close);
    free.clear();
  }
}
