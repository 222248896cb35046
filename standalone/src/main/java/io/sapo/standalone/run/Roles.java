package io.sapo.standalone.run;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The started roles of a process; closed in reverse order, each even if others fail. */
final class Roles implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Roles.class);

  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  <T extends AutoCloseable> T own(T role) {
    started.push(role);
    return role;
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      AutoCloseable role = started.pop();
      try {
        role.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        log.warn("{} did not end well", role.getClass().getSimpleName(), e);
      }
    }
  }
}
