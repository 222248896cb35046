package io.sapo.learner;

import io.sapo.schemas.Status;
import io.sapo.schemas.UnreadableWeights;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the newest weights have to be published once more: the broker has deleted chunks of
 * them, or producers cannot read them. For the training thread.
 */
final class Republication {
  private static final Logger log = LoggerFactory.getLogger(Republication.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(30);
  private static final Duration LISTEN_EVERY = Duration.ofSeconds(1);

  /** Between two republications that did not help; doubled each time. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);

  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private final BooleanSupplier newestIsGone;
  private final Runnable wholeNext;
  private final LongSupplier anchor;
  private final Supplier<List<Status>> producers;
  private final LongSupplier nanoTime;
  private long lookAt;
  private long listenAt;
  private long answerAt;
  private Duration pause = FIRST_PAUSE;

  /**
   * @param newestIsGone whether the broker no longer has the newest weights
   * @param wholeNext makes the next version an anchor
   * @param anchor the newest anchor: a version that was published whole
   * @param producers newest heartbeats of producers that are alive
   */
  Republication(
      BooleanSupplier newestIsGone,
      Runnable wholeNext,
      LongSupplier anchor,
      Supplier<List<Status>> producers,
      LongSupplier nanoTime) {
    this.newestIsGone = newestIsGone;
    this.wholeNext = wholeNext;
    this.anchor = anchor;
    this.producers = producers;
    this.nanoTime = nanoTime;
    lookAt = nanoTime.getAsLong();
    listenAt = lookAt;
    answerAt = lookAt;
  }

  /**
   * Why an empty update is due now, a version with the weights of the one before, published whole:
   * without it nobody could generate, and no records would arrive to train on. Empty where none is
   * due.
   *
   * @param version the newest
   */
  Optional<String> due(long version) {
    long now = nanoTime.getAsLong();
    if (now - lookAt >= 0) {
      lookAt = now + LOOK_EVERY.toNanos();
      if (newestIsGone.getAsBoolean()) {
        wholeNext.run();
        return Optional.of(
            "the broker has deleted what version %d is put together from".formatted(version));
      }
    }
    if (now - listenAt >= 0) {
      listenAt = now + LISTEN_EVERY.toNanos();
      return answer(version, producers.get(), now);
    }
    return Optional.empty();
  }

  private Optional<String> answer(long version, List<Status> atWork, long now) {
    List<Status> without = atWork.stream().filter(one -> misses(one, version)).toList();
    if (without.isEmpty()) {
      if (atWork.stream().anyMatch(one -> one.getVersion() == version)) {
        pause = FIRST_PAUSE;
      }
      return Optional.empty();
    }
    if (now - answerAt < 0) {
      return Optional.empty();
    }
    answerAt = now + pause.toNanos();
    pause = pause.multipliedBy(2);
    if (pause.compareTo(LONGEST_PAUSE) > 0) {
      pause = LONGEST_PAUSE;
    }
    wholeNext.run();
    String who =
        "%d of %d producers cannot read version %d (%s)"
            .formatted(
                without.size(),
                atWork.size(),
                unreadable(without.get(0)),
                without.get(0).getMessage());
    boolean newest = without.stream().allMatch(one -> unreadable(one) == version);
    if (newest && without.size() == atWork.size()) {
      return Optional.of(who);
    }
    log.warn("{}: the next version is published whole", who);
    return Optional.empty();
  }

  /**
   * Whether the producer waits for an anchor. A learner that always has input has committed further
   * versions meanwhile, deltas to the one that cannot be read.
   */
  private boolean misses(Status producer, long version) {
    long missed = unreadable(producer);
    return missed >= 0 && missed >= anchor.getAsLong() && missed <= version;
  }

  private static long unreadable(Status producer) {
    return UnreadableWeights.of(producer).orElse(-1);
  }
}
