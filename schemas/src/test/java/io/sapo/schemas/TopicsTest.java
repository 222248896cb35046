package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
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

  private static String header(ProducerRecord<byte[], byte[]> letter, String name) {
    return DeadLetters.header(letter.headers(), name).orElseThrow();
  }
}
