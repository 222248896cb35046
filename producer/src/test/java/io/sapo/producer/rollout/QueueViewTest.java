package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
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
          Optional.empty());

  @Test
  void countsWhatIsPublishedNotConsumedAndNotRefused() {
    assertThat(VIEW.backlog(Map.of(), Map.of())).isEqualTo(10 + 5 - 3);
    assertThat(VIEW.backlog(Map.of("0", 7L, "1", 1L), Map.of())).isEqualTo(3 + 4 - 2);
    assertThat(VIEW.backlog(Map.of("0", 10L, "1", 5L), Map.of())).isZero();
  }

  @Test
  void ownAcknowledgementsCountBeforeTheTopicIsAskedAgain() {
    assertThat(VIEW.backlog(Map.of("0", 8L, "1", 5L), Map.of(0, 12L, 1, 3L))).isEqualTo(4 - 1);
  }

  @Test
  void positionsAheadOfAnOldViewAreNoNegativeBacklog() {
    assertThat(VIEW.backlog(Map.of("0", 20L, "1", 4L), Map.of())).isEqualTo(1);
  }
}
