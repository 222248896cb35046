package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
  @Test
  void allTopicsOfARunShareItsPrefix() {
    Topics topics = new Topics("run-7.");

    assertThat(topics.typed()).extracting(Topic::name).allMatch(name -> name.startsWith("run-7."));
    assertThat(topics.typed()).extracting(Topic::name).doesNotHaveDuplicates();
    assertThat(topics.deadLetters()).isEqualTo("run-7.dead-letters");
    assertThat(topics.segments().partitions()).as("the order of training").isEqualTo(1);
  }

  /** Kafka's partitioner would use partitions that an operator has added, which nobody reads. */
  @Test
  void whatHasAnOrderStaysInTheFirstPartition() {
    Topics topics = new Topics("sapo.");

    assertThat(topics.typed())
        .filteredOn(topic -> !topic.spread())
        .extracting(Topic::name)
        .containsExactly(
            "sapo.segments",
            "sapo.weights",
            "sapo.weight-chunks",
            "sapo.status",
            "sapo.evaluations",
            "sapo.control",
            "sapo.task-claims");
    assertThat(
            topics
                .control()
                .record("any", new Control("1", ControlAction.PAUSE, "learner", "", 0L))
                .partition())
        .isZero();
    assertThat(
            topics
                .tasks()
                .record(
                    "any",
                    Task.newBuilder()
                        .setTaskId("t")
                        .setPrompt("2+2?")
                        .setAnswer("4")
                        .setVerifier("gsm8k")
                        .build())
                .partition())
        .isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "sapo/", "sapo:", "é"})
  void prefixesThatKafkaWouldRefuseAreRefused(String prefix) {
    assertThatThrownBy(() -> new Topics(prefix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + prefix + "'");
  }

  @Test
  void deadLettersSayWhatWasRefusedAndWhy() {
    Topics topics = new Topics("sapo.");
    byte[] key = {1};
    byte[] value = {2, 3};
    ProducerRecord<byte[], byte[]> letter =
        DeadLetters.record(
            topics,
            new ConsumerRecord<>("sapo.trajectories", 3, 42, key, value),
            "malformed",
            "x".repeat(5_000));

    assertThat(letter.topic()).isEqualTo("sapo.dead-letters");
    assertThat(letter.key()).isEqualTo(key);
    assertThat(letter.value()).isEqualTo(value);
    assertThat(header(letter, DeadLetters.REASON)).isEqualTo("malformed");
    assertThat(header(letter, DeadLetters.DETAIL)).hasSizeLessThanOrEqualTo(2_000);
    assertThat(header(letter, DeadLetters.SOURCE_TOPIC)).isEqualTo("sapo.trajectories");
    assertThat(header(letter, DeadLetters.SOURCE_PARTITION)).isEqualTo("3");
    assertThat(header(letter, DeadLetters.SOURCE_OFFSET)).isEqualTo("42");
    assertThat(DeadLetters.header(letter.headers(), "sapo.other")).isEmpty();
  }

  /** Whoever may write records may write such headers. */
  @Test
  void aHeaderWithoutValueIsAsGoodAsNone() {
    RecordHeaders headers = new RecordHeaders();
    headers.add(DeadLetters.REASON, null);
    headers.add(DamagedRecords.HEADER, null);
    assertThat(DeadLetters.header(headers, DeadLetters.REASON)).isEmpty();
    assertThat(DamagedRecords.why(headers)).isEmpty();
  }

  /** A gigabyte of zeros is small on the wire, and no record of the dead letters' topic. */
  @Test
  void ofWhatIsTooLargeForADeadLetterOnlyTheReasonIsKept() {
    byte[] value = new byte[DeadLetters.MAX_KEPT_BYTES];
    assertThat(DeadLetters.Kept.of(null, value, "why").value()).isSameAs(value);
    for (byte[][] large : new byte[][][] {{{1}, value}, {value, {1}}}) {
      DeadLetters.Kept kept = DeadLetters.Kept.of(large[0], large[1], "why");
      assertThat(kept.key()).isEmpty();
      assertThat(kept.value()).isEmpty();
      assertThat(kept.detail())
          .contains(Integer.toString(value.length + 1))
          .contains("bytes")
          .endsWith("why");
    }
  }

  private static String header(ProducerRecord<byte[], byte[]> letter, String name) {
    return DeadLetters.header(letter.headers(), name).orElseThrow();
  }
}
