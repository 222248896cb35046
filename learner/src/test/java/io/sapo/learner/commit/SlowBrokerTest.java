package io.sapo.learner.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.fault.FaultHook;
import io.sapo.schemas.Topics;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Brokers that take their time with a commit. */
@Timeout(60)
class SlowBrokerTest {
  /** Each record is acknowledged only once the waiting thread has said that it waits. */
  @Test
  void whoWaitsForRecordsToBeAcknowledgedIsNotStuck() {
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    AtomicInteger waited = new AtomicInteger();
    try (CommitLog log =
        new CommitLog(producer, "learner", new Topics("sapo."), "learner", FaultHook.NONE)) {
      log.fence();
      log.whileWaiting(
          () -> {
            waited.incrementAndGet();
            producer.completeNext();
          });
      CommitLog.Committed committed =
          log.commit(
              chunks -> {},
              (first, count) -> CommittedVersionsTest.version(0, null),
              List.of(),
              new TreeMap<>());
      assertThat(committed.version().getVersion()).isZero();
    }
    assertThat(waited).hasPositiveValue();
  }

  /** Aborted, a commit that did happen would be there twice. */
  @Test
  void aCommitWhoseOutcomeIsUnknownIsRepeatedAndNeverAborted() {
    AtomicInteger unanswered = new AtomicInteger(3);
    AtomicInteger aborted = new AtomicInteger();
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public void commitTransaction() {
            if (unanswered.getAndDecrement() > 0) {
              throw new TimeoutException("no answer");
            }
            super.commitTransaction();
          }

          @Override
          public void abortTransaction() {
            aborted.incrementAndGet();
            super.abortTransaction();
          }
        };
    try (CommitLog log =
        new CommitLog(producer, "learner", new Topics("sapo."), "learner", FaultHook.NONE)) {
      log.fence();
      log.commit(
          chunks -> {},
          (first, count) -> CommittedVersionsTest.version(0, null),
          List.of(),
          new TreeMap<>());
    }
    assertThat(unanswered).hasNegativeValue();
    assertThat(aborted).hasValue(0);
    assertThat(producer.commitCount()).isEqualTo(1);
    assertThat(producer.history()).as("written once").hasSize(1);
  }
}
