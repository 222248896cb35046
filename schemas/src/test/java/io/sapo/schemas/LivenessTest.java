package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LivenessTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final Liveness liveness = new Liveness(now::get);

  @Test
  void timeCountsFromTheLastBeat() {
    assertThat(liveness.sinceBeat()).isZero();
    liveness.beat();
    now.addAndGet(Duration.ofSeconds(9).toNanos());
    assertThat(liveness.sinceBeat()).isEqualTo(Duration.ofSeconds(9));
    assertThat(liveness.where()).contains("timeCountsFromTheLastBeat");
    assertThat(liveness.beatingClock().getAsLong()).isEqualTo(now.get());
    assertThat(liveness.sinceBeat()).isZero();
    now.addAndGet(Duration.ofSeconds(9).toNanos());
    liveness.rest();
    assertThat(liveness.sinceBeat()).isZero();
  }
}
