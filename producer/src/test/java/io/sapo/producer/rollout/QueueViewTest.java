package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

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
          new TreeMap<>(Map.of(0, 10L, 1, 5L)),
          Map.of(0, new TreeSet<>(List.of(2L, 7L, 9L))),
          List.of("p"),
          0,
          true,
          Optional.empty());

  @Test
  void countsWhatIsPublishedNotConsumedAndNotRefused() {
    assertThat(VIEW.backlog(Map.of(), Map.of())).isEqualTo(10 + 5 - 3);
    assertThat(VIEW.backlog(Map.of("0", 7L, "1", 1L), Map.of())).isEqualTo(3 + 4 - 2);
    assertThat(VIEW.backlog(Map.of("0", 10L, "1", 5L), Map.of())).isZero();
  }

  @Test
  void ownAcknowledgementsCountBeforeTheTopicIsAskedAgain() {
    assertThat(
            VIEW.backlog(
                Map.of("0", 8L, "1", 5L),
                Map.of(0, new TreeSet<>(List.of(11L)), 1, new TreeSet<>(List.of(2L)))))
        .isEqualTo(4 - 1);
  }

  @Test
  void ownPendingOnesAreThoseNeitherConsumedNorRefused() {
    var own = Map.<Integer, NavigableSet<Long>>of(0, new TreeSet<>(List.of(1L, 2L, 6L, 9L, 11L)));
    assertThat(VIEW.pending(Map.of(), own)).isEqualTo(3);
    assertThat(VIEW.pending(Map.of("0", 6L), own)).isEqualTo(2);
    assertThat(VIEW.pending(Map.of("0", 12L), own)).isZero();
  }

  @Test
  void positionsAheadOfAnOldViewAreNoNegativeBacklog() {
    assertThat(VIEW.backlog(Map.of("0", 20L, "1", 4L), Map.of())).isEqualTo(1);
  }
}
