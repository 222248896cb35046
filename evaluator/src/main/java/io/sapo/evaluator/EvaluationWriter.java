package io.sapo.evaluator;

import io.sapo.schemas.Evaluation;
import io.sapo.schemas.Topic;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes evaluations to their topic, and knows that they are there. For one thread. */
final class EvaluationWriter {
  private static final Logger log = LoggerFactory.getLogger(EvaluationWriter.class);

  private final Producer<byte[], byte[]> producer;
  private final Topic<Evaluation> topic;

  /**
   * @param producer stays the caller's
   */
  EvaluationWriter(Producer<byte[], byte[]> producer, Topic<Evaluation> topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /**
   * Returns once the record is in the log; an absent broker is waited for.
   *
   * @param givingUp whether to wait no longer
   * @throws KafkaException when the brokers refuse it
   */
  void write(Evaluation evaluation, BooleanSupplier givingUp) {
    while (true) {
      try {
        producer.send(topic.record(Long.toString(evaluation.getVersion()), evaluation)).get();
        return;
      } catch (ExecutionException e) {
        String what = "the evaluation of version " + evaluation.getVersion();
        if (!(e.getCause() instanceof RetriableException) || givingUp.getAsBoolean()) {
          throw new KafkaException(what + " is not written: " + e.getCause().getMessage(), e);
        }
        log.warn("{} is not written yet, trying again: {}", what, e.getCause().toString());
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }
}
