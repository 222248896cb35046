package io.sapo.producer.gateway;

import io.sapo.policy.generation.Sampling;
import io.sapo.producer.gateway.ChatRequest.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The open conversations. A request is matched to one by its messages, so that callers need no id;
 * while a turn is being generated, its conversation is not among them. Thread-safe.
 */
final class Conversations {
  private final int most;
  private final long mostBytes;
  private final long idleNanos;

  /** By id, the one used longest ago first. */
  private final Map<String, Conversation> byId = new LinkedHashMap<>();

  private final Map<List<Message>, Deque<Conversation>> bySaid = new HashMap<>();

  private long bytes;

  /** Of those that are over and not yet in the log, or dropped. */
  private long leaving;

  /**
   * @param most conversations kept; beyond it the one used longest ago is given up
   * @param mostBytes that they may take together; beyond it likewise, but for the newest
   * @param idle time after which a conversation is over
   */
  Conversations(int most, long mostBytes, Duration idle) {
    this.most = most;
    this.mostBytes = mostBytes;
    this.idleNanos = idle.toNanos();
  }

  /**
   * Takes the one in which this, and nothing else, was said, with these tools and this sampling.
   */
  synchronized Optional<Conversation> take(List<Message> said, Tools tools, Sampling sampling) {
    Deque<Conversation> alike = bySaid.get(said);
    if (alike == null) {
      return Optional.empty();
    }
    Optional<Conversation> found =
        alike.stream()
            .filter(one -> one.tools().equals(tools) && one.sampling().equals(sampling))
            .findFirst();
    found.ifPresent(this::remove);
    return found;
  }

  /** Takes one by its id, or by that of one of its turns. */
  synchronized Optional<Conversation> take(String id) {
    Conversation found = byId.get(id);
    if (found != null) {
      remove(found);
    }
    return Optional.ofNullable(found);
  }

  /**
   * Puts one there; returns those that have to leave for it. They take memory until {@link #gone}.
   */
  synchronized List<Conversation> put(Conversation conversation) {
    add(conversation);
    List<Conversation> left = new ArrayList<>();
    while (byId.size() > most || bytes > mostBytes && byId.size() > 1) {
      Conversation oldest = byId.values().iterator().next();
      remove(oldest);
      leaving += oldest.bytes();
      left.add(oldest);
    }
    return left;
  }

  /** Puts one back that was taken and did not go on: no other has to leave for it. */
  synchronized void restore(Conversation conversation) {
    add(conversation);
  }

  /**
   * As {@link #restore}, for one that was over: it is idle from now on.
   *
   * @return false where it would be one too many, and is not kept
   */
  synchronized boolean reopen(Conversation conversation, long nanos) {
    if (byId.size() >= most || bytes + conversation.bytes() > mostBytes) {
      return false;
    }
    conversation.usedAt(nanos);
    add(conversation);
    return true;
  }

  /**
   * Takes those that have been idle for too long; all of them when {@code now} is empty. They take
   * memory until {@link #gone}.
   */
  synchronized List<Conversation> takeOver(Optional<Long> now) {
    List<Conversation> over = new ArrayList<>();
    for (Conversation one : List.copyOf(byId.values())) {
      if (now.isEmpty() || now.get() - one.lastUsedNanos() >= idleNanos) {
        remove(one);
        leaving += one.bytes();
        over.add(one);
      }
    }
    return over;
  }

  /** One that was over is in the log, or given up. */
  synchronized void gone(Conversation one) {
    leaving -= one.bytes();
  }

  /** Whether those that cannot leave take the place of new ones: a few are always on their way. */
  synchronized boolean full() {
    return leaving > mostBytes / 4 && bytes + leaving > mostBytes;
  }

  synchronized int size() {
    return byId.size();
  }

  private void add(Conversation one) {
    byId.put(one.id(), one);
    bytes += one.bytes();
    bySaid.computeIfAbsent(one.messages(), said -> new ArrayDeque<>()).add(one);
  }

  private void remove(Conversation one) {
    byId.remove(one.id());
    bytes -= one.bytes();
    bySaid.computeIfPresent(
        one.messages(),
        (said, alike) -> {
          alike.remove(one);
          return alike.isEmpty() ? null : alike;
        });
  }
}
