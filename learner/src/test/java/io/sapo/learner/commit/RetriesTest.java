package io.sapo.learner.commit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private final Retries retries =
      new Retries(new Retries.Patience(Duration.ofMillis(1), Duration.ofMillis(1), 3));

  @Test
  void whatHasNoKnownReasonIsTriedSoOftenAndNoMore() {
    KafkaException cause = new KafkaException("who knows");
    assertThatCode(() -> retries.pauseAfter(cause)).doesNotThrowAnyException();
    assertThatCode(() -> retries.pauseAfter(cause)).doesNotThrowAnyException();
    assertThatThrownBy(() -> retries.pauseAfter(cause))
        .isInstanceOf(CommitFailedException.class)
        .hasMessageContaining("3 attempts")
        .hasMessageContaining("who knows")
        .hasCause(cause);
  }

  @Test
  void anAbsentBrokerIsWaitedForAsLongAsItTakes() {
    for (int i = 0; i < 50; i++) {
      assertThatCode(() -> retries.pauseAfter(new NotEnoughReplicasException("two of three")))
          .doesNotThrowAnyException();
    }
  }
}
