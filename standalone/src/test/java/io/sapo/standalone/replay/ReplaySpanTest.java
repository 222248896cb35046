package io.sapo.standalone.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReplaySpanTest {
  @Test
  void aRunThatHasOnlyBegunHasNothingToReplay() {
    for (Long asked : new Long[] {null, 0L, 1L}) {
      assertThatThrownBy(() -> ReplaySpan.of(0, 0, asked, asked))
          .hasMessage(
              "there is nothing to replay yet: the run has made no version after 0, which it began"
                  + " with");
    }
    assertThatThrownBy(() -> ReplaySpan.of(40, 40, null, null)).hasMessageContaining("after 40");
  }

  @Test
  void withoutAWishEveryVersionIsFolded() {
    assertThat(ReplaySpan.of(0, 7, null, null)).isEqualTo(new ReplaySpan(1, 7));
    assertThat(ReplaySpan.of(0, 7, 3L, null)).isEqualTo(new ReplaySpan(3, 7));
    assertThat(ReplaySpan.of(0, 7, 7L, 7L)).isEqualTo(new ReplaySpan(7, 7));
  }

  @Test
  void versionsThatAreNotThereAreNamedBesideThoseThatAre() {
    for (long[] wrong : new long[][] {{0, 3}, {5, 3}, {3, 8}}) {
      assertThatThrownBy(() -> ReplaySpan.of(0, 7, wrong[0], wrong[1]))
          .hasMessage(
              "versions %d to %d cannot be folded again; there are 1 to 7"
                  .formatted(wrong[0], wrong[1]));
    }
  }
}
