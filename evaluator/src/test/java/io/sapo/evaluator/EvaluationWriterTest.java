package io.sapo.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.schemas.Evaluation;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Topics;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** An evaluation counts as done once it is in the log. */
class EvaluationWriterTest {
  private static final Topics TOPICS = new Topics("sapo.");
  private static final Evaluation EVALUATION =
      Evaluation.newBuilder()
          .setVersion(7)
          .setSource("figures")
          .setTasks(1)
          .setCorrect(1)
          .setAccuracy(1)
          .setMeanReward(1)
          .setMeanResponseTokens(1)
          .setSampling(new Sampling(1.0, 1.0, 0, 8))
          .setSeed(1)
          .setAtMs(0)
          .build();

  private final Deque<RuntimeException> answers = new ArrayDeque<>();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public synchronized Future<RecordMetadata> send(
            ProducerRecord<byte[], byte[]> record, Callback callback) {
          Future<RecordMetadata> sent = super.send(record, callback);
          if (answers.isEmpty()) {
            completeNext();
          } else {
            errorNext(answers.poll());
          }
          return sent;
        }
      };
  private final EvaluationWriter writer = new EvaluationWriter(producer, TOPICS.evaluations());

  @Test
  void whatTheBrokersRefuseIsAFailure() {
    answers.add(new TopicAuthorizationException("evaluations"));
    assertThatThrownBy(() -> writer.write(EVALUATION, () -> false))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("the evaluation of version 7 is not written");
  }

  @Test
  void anAbsentBrokerIsWaitedForUnlessTheServiceEnds() {
    answers.addAll(List.of(new TimeoutException("late"), new TimeoutException("later")));
    writer.write(EVALUATION, () -> false);
    assertThat(producer.history()).hasSize(3);
    answers.add(new TimeoutException("late"));
    assertThatThrownBy(() -> writer.write(EVALUATION, () -> true))
        .hasMessageContaining("is not written");
  }
}
