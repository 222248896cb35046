package io.sapo.producer.rollout;

import io.sapo.schemas.WeightVersion;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decides how much may start and in which order it may be published, from the queue between
 * producers and learner as it is at the moment of asking. What the topics and the newest commit
 * record say is joined with what this producer has published itself, which the topics may not show
 * yet.
 *
 * <p>For the rollout thread, but for {@link #known} and {@link #backlog}.
 */
final class QueueGate {
  private final StalenessGate gate;
  private final String instance;
  private final Supplier<Optional<WeightVersion>> newest;
  private final Supplier<Optional<QueueView>> view;
  private final TrajectoryPublisher publisher;

  /**
   * @param instance of this producer
   * @param newest newest committed version
   * @param view the queue as the topics have it; empty until they have been read
   */
  QueueGate(
      StalenessGate gate,
      String instance,
      Supplier<Optional<WeightVersion>> newest,
      Supplier<Optional<QueueView>> view,
      TrajectoryPublisher publisher) {
    this.gate = gate;
    this.instance = instance;
    this.newest = newest;
    this.view = view;
    this.publisher = publisher;
  }

  /** Whether the topics have been read. */
  boolean known() {
    return view.get().isPresent();
  }

  boolean paused() {
    return view.get().flatMap(QueueView::pausedBy).isPresent();
  }

  /**
   * Whether another group may start. Not asked within one: a group that is begun is completed
   * whatever the gate says. A group in part waits at the segmenter for its rest, and a learner that
   * lacks just these records would never come to open the gate.
   *
   * @param unpublished rollouts of this producer that are started and not published
   * @param inUse version that a rollout would start from
   */
  boolean opensFor(int unpublished, long inUse) {
    return view.get().orElseThrow().joined() && unpublished < room(inUse, 0);
  }

  /**
   * How many rollouts may be unpublished that started from a version or before, once some more
   * trajectories are published.
   */
  long room(long startVersion, int more) {
    WeightVersion committed = newest.get().orElseThrow();
    QueueView queued = view.get().orElseThrow();
    Consumed consumed = Consumed.of(Optional.of(committed), queued.batch());
    // In this order: what is acknowledged in between counts twice, never not at all.
    long sending = publisher.unacknowledged() + more;
    return gate.room(
        committed.getVersion(),
        startVersion,
        new StalenessGate.Ahead(
            queued.pending(consumed, publisher.published()) + sending,
            queued.backlog(consumed, publisher.published()) + sending,
            queued.othersUnpublished(),
            queued.producers().size(),
            queued.producers().indexOf(instance)));
  }

  /** Makes the publisher forget what has been consumed. */
  void forgetConsumed() {
    view.get().ifPresent(queued -> publisher.forget(Consumed.of(newest.get(), queued.batch())));
  }

  /** Trajectories waiting to be consumed; empty until the topics have been read. */
  Optional<Long> backlog() {
    return view.get()
        .map(
            queued ->
                queued.backlog(Consumed.of(newest.get(), queued.batch()), publisher.published()));
  }
}
