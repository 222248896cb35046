package io.sapo.system.run;

import java.util.ArrayList;
import java.util.List;

/** Roles of a test. The last that was begun is stopped first, each whatever others fail with. */
public final class RunningRoles implements AutoCloseable {
  private final List<RunningRole> roles = new ArrayList<>();

  public RunningRole add(RunningRole role) {
    roles.add(role);
    return role;
  }

  /** In the order they were begun in. */
  public List<RunningRole> all() {
    return List.copyOf(roles);
  }

  /**
   * Stops and forgets them.
   *
   * @throws RuntimeException with what one fails with while it stops; others' are suppressed
   */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!roles.isEmpty()) {
      try {
        roles.remove(roles.size() - 1).stop();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
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
