package io.sapo.admin.topics;

import io.sapo.admin.run.Position;
import io.sapo.schemas.Control;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/** Writes operators' commands to the control topic; the log of them is their only effect here. */
public final class CommandSender implements AutoCloseable {
  private final Producer<byte[], byte[]> producer;
  private final Topics topics;
  // send() may block while it looks up the topic, so never on the caller's thread.
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(16),
          task -> {
            Thread daemon = new Thread(task, "admin-commands");
            daemon.setDaemon(true);
            return daemon;
          });

  public CommandSender(Map<String, Object> client, Topics topics) {
    this.producer =
        ProducerClients.create(
            client,
            Map.of(
                "client.id", "sapo-admin-commands",
                "max.block.ms", 5_000,
                "request.timeout.ms", 5_000,
                "delivery.timeout.ms", 10_000,
                "linger.ms", 0));
    this.topics = topics;
  }

  /** Completes when the broker has the command; fails when it does not within ten seconds. */
  public CompletionStage<Position> send(Control command) {
    CompletableFuture<Position> sent = new CompletableFuture<>();
    try {
      thread.execute(() -> write(command, sent));
    } catch (RejectedExecutionException e) {
      sent.completeExceptionally(new RecordFetcher.OverloadedException());
    }
    return sent;
  }

  private void write(Control command, CompletableFuture<Position> sent) {
    try {
      producer.send(
          topics.control().record(command.getTarget(), command),
          (written, failure) -> {
            if (failure == null) {
              sent.complete(new Position(written.partition(), written.offset()));
            } else {
              sent.completeExceptionally(failure);
            }
          });
    } catch (KafkaException e) {
      sent.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    producer.close(Duration.ofSeconds(2));
  }
}
