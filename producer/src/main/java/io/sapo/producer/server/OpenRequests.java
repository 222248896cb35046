package io.sapo.producer.server;

import io.sapo.policy.generation.Generation;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.server.ReportedDistribution.Mismatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The requests of an engine, from being asked for until their outcomes are handed out. Each has one
 * outcome, whatever servers make of it. Guarded by the engine's lock.
 */
final class OpenRequests {
  private final Object lock;
  private final int entropyCandidates;
  private final Map<String, OpenRequest> running = new LinkedHashMap<>();
  private final Deque<OpenRequest> waiting = new ArrayDeque<>();
  private final Deque<Outcome> ended = new ArrayDeque<>();

  /**
   * @param lock the engine's; whoever waits for it is woken by an outcome
   * @param entropyCandidates from which entropies of responses are estimated
   */
  OpenRequests(Object lock, int entropyCandidates) {
    this.lock = lock;
    this.entropyCandidates = entropyCandidates;
  }

  /** Takes on a request, which waits for a server from here on. */
  void add(OpenRequest open) {
    running.put(open.request().id(), open);
    waiting.add(open);
  }

  /** Takes on a request that cannot be generated. */
  void addRefused(OpenRequest open, String reason) {
    running.put(open.request().id(), open);
    refused(open, reason);
  }

  /** Those that have no outcome yet. */
  int running() {
    return running.size();
  }

  /** Those whose outcome was not handed out yet. */
  int unread() {
    return running.size() + ended.size();
  }

  /** Those that are to be sent, the first one first. */
  List<OpenRequest> waiting() {
    return List.copyOf(waiting);
  }

  /** Takes one to be sent or refused; false where it waits no more. */
  boolean take(OpenRequest open) {
    return waiting.remove(open);
  }

  /** Puts a request back in front, unless it has its outcome. */
  void again(OpenRequest open) {
    if (running.containsKey(open.request().id())) {
      waiting.addFirst(open);
    }
  }

  void generated(OpenRequest open, Generation generation) {
    end(open, new Outcome.Generated(generation, entropyCandidates));
  }

  /** It is given up. */
  void refused(OpenRequest open, String reason) {
    end(open, new Outcome.Refused(open.request().id(), reason));
  }

  /** It asks for a sampling that the servers do not report log-probabilities of. */
  void refused(OpenRequest open, Mismatch mismatch) {
    String reason =
        "'%s' must be %d with the inference server in use: %s"
            .formatted(mismatch.field(), mismatch.only(), mismatch.reason());
    end(open, new Outcome.Refused(open.request().id(), reason, Optional.of(mismatch.field())));
  }

  private void end(OpenRequest open, Outcome outcome) {
    if (running.remove(open.request().id()) != null) {
      ended.add(outcome);
      lock.notifyAll();
    }
  }

  /** Hands out the outcomes there are. */
  List<Outcome> takeEnded() {
    List<Outcome> all = List.copyOf(ended);
    ended.clear();
    return all;
  }
}
