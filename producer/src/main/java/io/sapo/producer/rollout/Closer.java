package io.sapo.producer.rollout;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes resources in the reverse order of their opening, all of them even if some fail. */
public final class Closer implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  public <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /**
   * @throws IllegalStateException with the first failure as cause and the others suppressed
   */
  @Override
  public void close() {
    IllegalStateException failure = null;
    while (!open.isEmpty()) {
      AutoCloseable resource = open.pop();
      try {
        resource.close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IllegalStateException("cannot close " + resource, e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
