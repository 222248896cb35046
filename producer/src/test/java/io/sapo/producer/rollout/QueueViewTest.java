package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.BatchProgress;
import io.sapo.schemas.WeightVersion;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class QueueViewTest {
  private static final QueueView VIEW =
      new QueueView(
          new TreeMap<>(),
          new TreeMap<>(Map.of(0, 10L, 1, 5L)),
          Map.of(0, new TreeSet<>(List.of(2L, 7L, 9L))),
          Optional.empty(),
          List.of("p"),
          0,
          true,
          Optional.empty());

  private static Consumed at(Map<String, Long> positions) {
    return new Consumed(positions, Optional.empty());
  }

  @Test
  void whatTheLearnerHasSkippedWaitsForNothingAndWhatItWillTrainOnStillCounts() {
    Consumed consumed =
        new Consumed(
            Map.of("0", 1L),
            Optional.of(
                new BatchProgress(
                    3,
                    new TreeMap<>(Map.of(0, 8L)),
                    new TreeMap<>(Map.of(0, new TreeSet<>(List.of(4L, 6L)))))));
    assertThat(VIEW.backlog(consumed, Map.of())).isEqualTo(2 + (10 - 8 - 1) + 5);
    var own = Map.<Integer, NavigableSet<Long>>of(0, new TreeSet<>(List.of(3L, 4L, 5L, 8L)));
    assertThat(VIEW.pending(consumed, own)).isEqualTo(2);
  }

  @Test
  void aHeartbeatCountsBesideTheVersionItStartsFromAlone() {
    BatchProgress progress = new BatchProgress(3, new TreeMap<>(Map.of(0, 8L)), new TreeMap<>());
    WeightVersion committed = new WeightVersion();
    committed.setTrajectoryPositions(Map.of("0", 5L));
    for (long version : new long[] {2, 3, 4}) {
      committed.setVersion(version);
      assertThat(Consumed.of(Optional.of(committed), Optional.of(progress)).next(0))
          .isEqualTo(version == 3 ? 8 : 5);
    }
  }

  @Test
  void countsWhatIsPublishedNotConsumedAndNotRefused() {
    assertThat(VIEW.backlog(at(Map.of()), Map.of())).isEqualTo(10 + 5 - 3);
    assertThat(VIEW.backlog(at(Map.of("0", 7L, "1", 1L)), Map.of())).isEqualTo(3 + 4 - 2);
    assertThat(VIEW.backlog(at(Map.of("0", 10L, "1", 5L)), Map.of())).isZero();
  }

  @Test
  void aPartitionThatEndsBeforeWhatWasConsumedIsFound() {
    assertThat(at(Map.of("0", 10L, "1", 6L)).endingBefore(VIEW.ends())).contains(1);
    assertThat(at(Map.of("0", 10L, "1", 5L)).endingBefore(VIEW.ends())).isEmpty();
  }

  /** Nothing lies there yet: it must not be taken off what does. */
  @Test
  void deadLettersOfWhatIsNotThereCountForNothing() {
    QueueView forged =
        new QueueView(
            new TreeMap<>(),
            VIEW.ends(),
            Map.of(0, new TreeSet<>(List.of(2L, 10L, 11L, Long.MAX_VALUE))),
            Optional.empty(),
            List.of("p"),
            0,
            true,
            Optional.empty());
    assertThat(forged.backlog(at(Map.of()), Map.of())).isEqualTo(10 + 5 - 1);
  }

  /** Nobody will train on it: a gate that waited for that would never open. */
  @Test
  void whatHasExpiredIsNotWaitedFor() {
    QueueView rested =
        new QueueView(
            new TreeMap<>(Map.of(0, 10L, 1, 4L)),
            VIEW.ends(),
            VIEW.refused(),
            VIEW.batch(),
            VIEW.producers(),
            0,
            true,
            Optional.empty());
    assertThat(rested.backlog(at(Map.of("0", 3L)), Map.of())).isEqualTo(1);
    var own = Map.<Integer, NavigableSet<Long>>of(0, new TreeSet<>(List.of(5L, 8L)));
    assertThat(rested.pending(at(Map.of("0", 3L)), own)).isZero();
  }

  @Test
  void ownAcknowledgementsCountBeforeTheTopicIsAskedAgain() {
    assertThat(
            VIEW.backlog(
                at(Map.of("0", 8L, "1", 5L)),
                Map.of(0, new TreeSet<>(List.of(11L)), 1, new TreeSet<>(List.of(2L)))))
        .isEqualTo(4 - 1);
  }

  @Test
  void ownPendingOnesAreThoseNeitherConsumedNorRefused() {
    var own = Map.<Integer, NavigableSet<Long>>of(0, new TreeSet<>(List.of(1L, 2L, 6L, 9L, 11L)));
    assertThat(VIEW.pending(at(Map.of()), own)).isEqualTo(3);
    assertThat(VIEW.pending(at(Map.of("0", 6L)), own)).isEqualTo(2);
    assertThat(VIEW.pending(at(Map.of("0", 12L)), own)).isZero();
  }

  @Test
  void positionsAheadOfAnOldViewAreNoNegativeBacklog() {
    assertThat(VIEW.backlog(at(Map.of("0", 20L, "1", 4L)), Map.of())).isEqualTo(1);
  }
}
