package io.sapo.producer.server;

import java.util.concurrent.TimeUnit;

/**
 * When a {@link FakeServer} generates: not while it is paused, and no further than a test lets it.
 */
final class FakePace {
  private boolean paused;
  private int holdAfter = -1;
  private int tokensSampled;
  private int loads;

  /** The response that gets so many tokens waits there for new weights. */
  synchronized void holdAfter(int tokens) {
    holdAfter = tokens;
  }

  synchronized void awaitHeld() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (tokensSampled < holdAfter) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no response came to " + holdAfter + " tokens");
      }
      wait(1_000);
    }
  }

  synchronized void countToken() {
    tokensSampled++;
    notifyAll();
    int before = loads;
    while (tokensSampled == holdAfter && loads == before) {
      sleepHere();
    }
  }

  synchronized void loaded() {
    loads++;
    notifyAll();
  }

  synchronized int loads() {
    return loads;
  }

  synchronized void pause() {
    paused = true;
  }

  synchronized void resume() {
    paused = false;
    notifyAll();
  }

  synchronized boolean paused() {
    return paused;
  }

  synchronized void awaitResume() {
    while (paused) {
      sleepHere();
    }
  }

  private void sleepHere() {
    try {
      wait(1_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
