package io.sapo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {
  @Test
  void returnsAsSoonAsTheConditionHolds() {
    AtomicInteger asked = new AtomicInteger();
    Await.until("three", Duration.ofMinutes(1), () -> asked.incrementAndGet() == 3);
    assertThat(asked).hasValue(3);
  }

  @Test
  void whatNeverHoldsIsNamed() {
    assertThatThrownBy(() -> Await.until("a miracle", Duration.ofMillis(30), () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a miracle");
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Await.until("never", Duration.ofMinutes(1), () -> false))
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
