package io.sapo.segmenter.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final Progress progress = new Progress();

  @Test
  void aPositionNeverPassesWhatIsOpen() {
    for (long offset = 10; offset < 15; offset++) {
      progress.begun(2, offset, 100);
    }
    progress.ended(2, 12);
    progress.ended(2, 13);
    assertThat(progress.advanced()).isEqualTo(Map.of(2, 10L));
    progress.ended(2, 10);
    assertThat(progress.advanced()).isEqualTo(Map.of(2, 11L));
    progress.ended(2, 11);
    assertThat(progress.advanced()).isEqualTo(Map.of(2, 14L));
    assertThat(progress.open()).isEqualTo(1);
    assertThat(progress.openBytes()).isEqualTo(100);
    progress.ended(2, 14);
    assertThat(progress.advanced()).isEqualTo(Map.of(2, 15L));
  }

  @Test
  void aPositionIsHandedOutUntilItIsCommitted() {
    progress.begun(0, 5, 1);
    progress.ended(0, 5);
    assertThat(progress.advanced()).isEqualTo(Map.of(0, 6L));
    assertThat(progress.advanced()).isEqualTo(Map.of(0, 6L));
    progress.committed(Map.of(0, 6L));
    assertThat(progress.advanced()).isEmpty();
  }

  @Test
  void whatEndsAfterItsPartitionIsGoneMovesNothing() {
    progress.begun(0, 5, 1);
    progress.forget(0);
    progress.ended(0, 5);
    assertThat(progress.advanced()).isEmpty();
    assertThat(progress.open()).isZero();
  }
}
