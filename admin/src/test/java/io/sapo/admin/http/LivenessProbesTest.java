package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Liveness;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LivenessProbesTest {
  private final AtomicLong now = new AtomicLong();

  @Test
  void aLoopThatStandsStillIsNamed() {
    Liveness reading = new Liveness(now::get);
    Liveness status = new Liveness(now::get);
    LivenessProbes loops = new LivenessProbes(reading, status);
    assertThat(loops.stuck()).isEmpty();
    reading.beat();
    status.beat();
    now.addAndGet(Duration.ofSeconds(59).toNanos());
    status.beat();
    assertThat(loops.stuck()).isEmpty();
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(loops.stuck()).contains("reading the topics has not come round for 61 s");
  }
}
