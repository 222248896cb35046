package io.sapo.producer.task;

import io.sapo.schemas.ClaimKind;
import io.sapo.schemas.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * The tasks of ordered sources, shared among all producers of a run, which may join and leave at
 * any time, so that each task is answered once.
 *
 * <p>A producer claims a range of tasks, marks those whose trajectories are all in the log, and
 * releases the rest when it ends. Claims of a dead producer are taken over by others. The ids of a
 * task's trajectories are a function of its position, so that trajectories published before a kill
 * are refused as duplicates when the task is answered again.
 */
public final class SharedTaskSource implements TaskSource {
  private record Place(OrderedTaskSource source, long stretch, int index) {}

  /** The stretch that tasks are taken from. */
  private static final class Drawing {
    final OrderedTaskSource source;
    final long stretch;
    int index;

    Drawing(OrderedTaskSource source, long stretch) {
      this.source = source;
      this.stretch = stretch;
    }
  }

  private final Supplier<? extends List<? extends OrderedTaskSource>> added;
  private final List<OrderedTaskSource> sources;
  private final ClaimLog log;
  private final Map<Task, Place> handedOut = new IdentityHashMap<>();
  private final Map<OrderedTaskSource, Map<Long, Long>> doneByMe = new HashMap<>();
  private Drawing drawing;
  private Place unreadable;
  private int turn;

  /**
   * @param sources with names of their own; become this one's to close
   * @param log becomes this one's to close
   */
  public SharedTaskSource(List<? extends OrderedTaskSource> sources, ClaimLog log) {
    this(sources, List::of, log);
  }

  /**
   * @param added sources that there are since it was asked last; become this one's to close
   */
  public SharedTaskSource(
      List<? extends OrderedTaskSource> sources,
      Supplier<? extends List<? extends OrderedTaskSource>> added,
      ClaimLog log) {
    this.sources = new ArrayList<>(sources);
    this.added = added;
    this.log = log;
  }

  @Override
  public String name() {
    return sources.get(0).name();
  }

  @Override
  public boolean live() {
    return sources.get(0).live();
  }

  @Override
  public Optional<Task> next() {
    noteUnreadable();
    if (sources.addAll(added.get())) {
      log.readAnew();
    }
    log.readOn(sources);
    forgetWhatIsOver();
    while (true) {
      if (drawing != null && !isMine(drawing.source, drawing.stretch)) {
        drawing = null;
      }
      if (drawing == null && !begin()) {
        return Optional.empty();
      }
      Optional<Task> task = draw();
      if (task.isPresent()) {
        return task;
      }
      drawing = null;
    }
  }

  /**
   * A stretch is kept in mind until everybody knows that it is done, lest it seem to be open. One
   * that others have taken over is forgotten, so that it can be taken back from one that dies.
   */
  private void forgetWhatIsOver() {
    doneByMe.forEach(
        (source, stretches) ->
            stretches
                .entrySet()
                .removeIf(
                    entry ->
                        !isMine(source, entry.getKey()) && !isHandedOut(source, entry.getKey())));
  }

  /** Whether the others still leave the stretch to this one; they have not where it seemed dead. */
  private boolean isMine(OrderedTaskSource source, long stretch) {
    Claims.Open open = log.claims().open(source).get(stretch);
    return open != null && open.owner().equals(Optional.of(log.session()));
  }

  private boolean isHandedOut(OrderedTaskSource source, long stretch) {
    return handedOut.values().stream()
        .anyMatch(place -> place.source() == source && place.stretch() == stretch);
  }

  /**
   * Gets the stretch to take tasks from: one that was left, else the next. False when there is none
   * now.
   */
  private boolean begin() {
    for (int i = 0; i < sources.size(); i++) {
      OrderedTaskSource source = sources.get(turn++ % sources.size());
      Optional<Long> stretch = log.obtain(sources, source, isInHand(source));
      if (stretch.isPresent()) {
        drawing = new Drawing(source, stretch.get());
        source.seek(stretch.get(), source.stretchLength());
        doneByMe
            .computeIfAbsent(source, of -> new HashMap<>())
            .put(stretch.get(), log.claims().open(source).get(stretch.get()).done());
        return true;
      }
    }
    return false;
  }

  private LongPredicate isInHand(OrderedTaskSource source) {
    return stretch -> doneByMe.getOrDefault(source, Map.of()).containsKey(stretch);
  }

  /** The next task of the stretch that is not done; empty when there is none left. */
  private Optional<Task> draw() {
    Drawing from = drawing;
    while (from.index < from.source.stretchLength()) {
      Place place = new Place(from.source, from.stretch, from.index++);
      boolean done = (doneOf(place) >>> place.index() & 1) == 1;
      Optional<Task> task;
      try {
        task = from.source.next();
      } catch (TaskFormatException e) {
        if (done) {
          continue;
        }
        if (e.refused().isPresent()) {
          unreadable = place;
        }
        throw e;
      }
      if (task.isPresent() && !done) {
        handedOut.put(task.get(), place);
        return task;
      }
      if (task.isEmpty()) {
        note(place);
      }
    }
    return Optional.empty();
  }

  private long doneOf(Place place) {
    return doneByMe.get(place.source()).getOrDefault(place.stretch(), 0L);
  }

  /** A task that could not be read is done once its dead letter was sent, which is by now. */
  private void noteUnreadable() {
    if (unreadable != null) {
      note(unreadable);
      unreadable = null;
    }
  }

  @Override
  public String ofAnyPass(String taskId) {
    return sources.get(0).ofAnyPass(taskId);
  }

  @Override
  public Optional<String> groupId(Task task) {
    return Optional.ofNullable(handedOut.get(task))
        .map(
            place ->
                log.claims().placeName(place.source())
                    + ":"
                    + (place.stretch() * place.source().stretchLength() + place.index()));
  }

  @Override
  public void finished(Task task) {
    Place place = handedOut.remove(task);
    if (place != null) {
      note(place);
    }
  }

  private void note(Place place) {
    Map<Long, Long> done = doneByMe.get(place.source());
    long mask = done.merge(place.stretch(), 1L << place.index(), (before, bit) -> before | bit);
    log.write(ClaimKind.DONE, place.source(), place.stretch(), mask);
  }

  @Override
  public void close() {
    try {
      noteUnreadable();
      doneByMe.forEach(
          (source, stretches) ->
              stretches.forEach(
                  (stretch, done) -> log.write(ClaimKind.RELEASE, source, stretch, done)));
    } finally {
      log.close();
      sources.forEach(OrderedTaskSource::close);
    }
  }
}
