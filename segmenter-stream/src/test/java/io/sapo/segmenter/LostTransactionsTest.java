package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LostTransactionsTest {
  private final LostTransactions lost = new LostTransactions();

  static Stream<Exception> ofATransaction() {
    return Stream.of(
        new InvalidTxnStateException("in an invalid state"),
        new InvalidProducerEpochException("old epoch"),
        new ProducerFencedException("a newer epoch"));
  }

  static Stream<Exception> ofSomethingElse() {
    return Stream.of(
        new IllegalStateException("a bug"),
        new RecordTooLargeException("a record of 9 MB"),
        new AuthorizationException("not allowed"));
  }

  @ParameterizedTest
  @MethodSource("ofATransaction")
  void aTransactionThatTheBrokerHasEndedIsRepeated(Exception cause) {
    assertThat(lost.take(new StreamsException("commit", cause), 0)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("ofSomethingElse")
  void whatARecordOrASettingHasCausedIsNot(Exception cause) {
    assertThat(lost.take(new StreamsException("process", cause), 0)).isFalse();
  }

  @Test
  void oneAfterAnotherEndsAndAgainAfterATimeDoesNot() {
    Exception error = new StreamsException("commit", new InvalidTxnStateException("invalid"));
    int taken = 0;
    while (lost.take(error, taken)) {
      assertThat(++taken).isLessThan(100);
    }
    assertThat(taken).isGreaterThan(8);
    assertThat(lost.take(error, taken)).isFalse();
    assertThat(lost.take(error, Duration.ofMinutes(11).toNanos())).isTrue();
  }
}
