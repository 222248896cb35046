package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class RecordDigestTest {
  /** SHA-256 of the three bytes "abc", by FIPS 180-2. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static ConsumerRecord<byte[], byte[]> read(byte[] value, Headers headers) {
    return new ConsumerRecord<>(
        "t", 0, 5, 0, TimestampType.CREATE_TIME, 0, 0, null, value, headers, Optional.empty());
  }

  @Test
  void everyFlippedBitIsFound() {
    ProducerRecord<byte[], byte[]> sealed =
        RecordDigest.sealed(new ProducerRecord<>("t", Topic.keyBytes("abc")));
    assertThat(RecordDigest.of(sealed.value())).isEqualTo(ABC);
    RecordDigest.check(read(sealed.value(), sealed.headers()));
    for (int bit = 0; bit < 24; bit++) {
      byte[] damaged = sealed.value().clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> RecordDigest.check(read(damaged, sealed.headers())))
          .isInstanceOf(RecordFormatException.class)
          .hasMessageContaining(ABC)
          .hasMessageContaining(RecordDigest.of(damaged));
    }
    assertThatThrownBy(() -> RecordDigest.check(read(null, sealed.headers())))
        .isInstanceOf(RecordFormatException.class);
  }

  @Test
  void recordsFromBeforeThereWasAHeaderPass() {
    RecordDigest.check(read(Topic.keyBytes("abc"), new RecordHeaders()));
  }
}
