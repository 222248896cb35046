package io.sapo.learner.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.fault.FaultHook;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** A learner that has nothing to commit for weeks uses its transactional id all the same. */
class KeptAliveTest {
  private final AtomicLong now = new AtomicLong(Duration.ofDays(-1).toNanos());
  private final AtomicInteger aborted = new AtomicInteger();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public void abortTransaction() {
          super.abortTransaction();
          aborted.incrementAndGet();
        }
      };

  @Test
  void theTransactionalIdIsUsedEveryHour() {
    try (CommitLog log =
        new CommitLog(
            producer,
            "learner",
            new Topics("sapo."),
            "learner",
            FaultHook.NONE,
            Retries.Patience.USUAL,
            now::get)) {
      log.fence();
      assertThat(transactionsIn(log, Duration.ofMinutes(59))).isFalse();
      assertThat(transactionsIn(log, Duration.ofMinutes(1))).isTrue();
      assertThat(transactionsIn(log, Duration.ofMinutes(59))).isFalse();
      assertThat(transactionsIn(log, Duration.ofDays(8))).isTrue();
      assertThat(producer.history()).isEmpty();
      assertThat(producer.consumerGroupOffsetsHistory()).as("nothing is committed").isEmpty();
    }
  }

  private boolean transactionsIn(CommitLog log, Duration time) {
    now.addAndGet(time.toNanos());
    int before = aborted.get();
    log.keepAlive(new TreeMap<>());
    return aborted.get() > before;
  }
}
