package io.sapo.producer.task;

import io.sapo.schemas.TaskClaim;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state that the records of the claims topic add up to: for each source the open ranges of
 * tasks, and the next unclaimed one. Every reader derives the same state. For one thread.
 */
final class Claims {
  private static final Logger log = LoggerFactory.getLogger(Claims.class);

  /**
   * A stretch that is not all done.
   *
   * @param owner session that answers it; empty when it was given back
   * @param done a bit for each task, the first lowest
   */
  record Open(Optional<String> owner, long done) {}

  private static final class Order {
    final SortedMap<Long, Open> open = new TreeMap<>();
    long next;

    /** The topic that the first step was about that names one; null while none does. */
    String firstTopic;

    /** Whether a step that names no topic stands before all that do. */
    boolean unnamed;

    /**
     * Whether a step is about tasks of this topic. Where it names none, its writer knows of no
     * other topic than the first.
     */
    boolean concerns(String topic, TaskClaim step) {
      String named = step.getTopicId();
      if (named == null) {
        unnamed |= firstTopic == null;
        return firstTopic == null || firstTopic.equals(topic);
      }
      if (firstTopic == null) {
        firstTopic = named;
        if (!named.equals(topic)) {
          open.clear();
          next = 0;
        }
      }
      return named.equals(topic);
    }
  }

  private final Map<String, Order> orders = new HashMap<>();
  private long legacy;

  /**
   * A record without a value, as earlier releases wrote them: its offset is the number of a stretch
   * that was drawn. Those releases are gone once there is a claim: such a record behind it, at
   * whatever offset, would take all tasks up to there away.
   */
  void applyLegacy(long offset) {
    if (orders.isEmpty()) {
      legacy = Math.max(legacy, offset + 1);
    }
  }

  /**
   * @param source whose tasks the step is about
   */
  void apply(TaskClaim step, OrderedTaskSource source) {
    int length = source.stretchLength();
    Order order = orders.computeIfAbsent(step.getSource(), name -> new Order());
    if (source.topicId().isPresent() && !order.concerns(source.topicId().get(), step)) {
      return;
    }
    long stretch = step.getStretch();
    Open open = order.open.get(stretch);
    switch (step.getKind()) {
      case CLAIM -> {
        if (stretch > next(source) && !source.mayHold(stretch)) {
          log.warn(
              "a claim of {} on {} is skipped: it names number {}, and {} is the next",
              step.getSession(),
              source.name(),
              stretch,
              next(source));
          return;
        }
        long granted = Math.max(order.next, stretch);
        order.open.put(granted, new Open(Optional.of(step.getSession()), 0));
        order.next = granted + 1;
      }
      case TAKE_OVER -> {
        if (open != null && open.owner().equals(Optional.ofNullable(step.getFrom()))) {
          order.open.put(stretch, new Open(Optional.of(step.getSession()), open.done()));
        }
      }
      case DONE -> done(order, step, open, length);
      case RELEASE -> {
        done(order, step, open, length);
        Open left = order.open.get(stretch);
        if (left != null && left.owner().equals(Optional.of(step.getSession()))) {
          order.open.put(stretch, new Open(Optional.empty(), left.done()));
        }
      }
      default -> {} // of a later release
    }
  }

  /** A stretch that any producer has marked as done is done. */
  private static void done(Order order, TaskClaim step, Open open, int length) {
    if (open == null) {
      return;
    }
    long done = open.done() | step.getDone();
    if (Long.bitCount(done & all(length)) == length) {
      order.open.remove(step.getStretch());
    } else {
      order.open.put(step.getStretch(), new Open(open.owner(), done));
    }
  }

  private static long all(int length) {
    return length == Long.SIZE ? -1L : (1L << length) - 1;
  }

  /**
   * What the places of a source's tasks begin with. With the topic's id, lest tasks of a topic that
   * was made anew have trajectories by the ids of the earlier one's; without, where producers of
   * earlier releases have begun, which do not know it.
   */
  String placeName(OrderedTaskSource source) {
    Order order = orders.get(source.name());
    return source
        .topicId()
        .filter(id -> order == null || !order.unnamed || !id.equals(order.firstTopic))
        .map(id -> source.name() + "@" + id)
        .orElse(source.name());
  }

  /** The number that the next claim gets, or a higher one. */
  long next(OrderedTaskSource source) {
    Order order = orders.get(source.name());
    long claimed = order == null ? 0 : order.next;
    return Math.max(Math.max(claimed, source.live() ? 0 : legacy), source.firstStretch());
  }

  /** Stretches of a source that are not all done, ascending. */
  SortedMap<Long, Open> open(OrderedTaskSource source) {
    Order order = orders.get(source.name());
    return order == null ? new TreeMap<>() : order.open;
  }
}
