package io.sapo.segmenter.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A request is given up on when nobody waits for its verdict any more. */
class OutdatedRequestsTest {
  private static final JudgeSettings.Effort EFFORT =
      JudgeCases.effort(1, 1, Duration.ofSeconds(1), 1);
  private static final long ASKED = 1_000_000;

  private static long after(int minutes) {
    return ASKED + Duration.ofMinutes(minutes).toMillis();
  }

  @Test
  void onlyTheTimeThatTheSegmenterRunsCounts() {
    assertThat(JudgeWorker.outdated(ASKED, ASKED - 1, after(20), EFFORT)).isFalse();
    assertThat(JudgeWorker.outdated(ASKED, ASKED - 1, after(21), EFFORT)).isTrue();
    long started = after(600);
    assertThat(JudgeWorker.outdated(ASKED, started, after(620), EFFORT)).isFalse();
    assertThat(JudgeWorker.outdated(ASKED, started, after(621), EFFORT)).isTrue();
  }
}
