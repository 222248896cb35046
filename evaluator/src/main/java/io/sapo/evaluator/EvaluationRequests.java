package io.sapo.evaluator;

import io.sapo.schemas.CommittedReaders;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.SkippingConsumer;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows operators' commands to the evaluator on a thread of its own, from now on: an evaluation
 * is made for those who ask while it runs.
 */
final class EvaluationRequests implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EvaluationRequests.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final String TARGET = "evaluator";

  /** Told that an evaluation is asked for, by the command's id. */
  interface Asked {
    void asked(String command);
  }

  private final Topics topics;
  private final Asked onRequest;
  private final Consumer<byte[], byte[]> consumer;
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final Thread thread = new Thread(this::follow, "evaluation-requests");

  /**
   * @param onRequest called on this object's thread
   */
  EvaluationRequests(Map<String, Object> client, Topics topics, Asked onRequest) {
    this.topics = topics;
    this.onRequest = onRequest;
    consumer =
        CommittedReaders.with(
            client,
            Map.of(
                ConsumerConfig.CLIENT_ID_CONFIG,
                topics.prefix() + "evaluator-commands",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "latest"),
            SkippingConsumer.Damaged.LEFT_OUT);
    try {
      TopicPartition partition = new TopicPartition(topics.control().name(), 0);
      consumer.assign(List.of(partition));
      consumer.seek(partition, consumer.endOffsets(List.of(partition)).get(partition));
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
    thread.setDaemon(true);
    thread.start();
  }

  /** Completes, with the cause, when following ended without being asked to. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  private void follow() {
    try (consumer) {
      while (true) {
        consumer.poll(POLL).forEach(this::take);
      }
    } catch (WakeupException e) {
      log.debug("asked to stop");
    } catch (RuntimeException | Error e) {
      failure.complete(e);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      Control command = topics.control().codec().decode(record.value());
      if (command.getTarget().equals(TARGET) && command.getAction() == ControlAction.EVALUATE) {
        onRequest.asked(command.getCommandId());
      }
    } catch (RecordFormatException e) {
      log.warn("command at offset {} is skipped: {}", record.offset(), e.getMessage());
    }
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
