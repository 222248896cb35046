package io.sapo.admin.topics;

import io.sapo.admin.run.Position;
import io.sapo.schemas.CommittedReaders;
import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.SkippingConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Reads single records back by position, one after the other, on one thread of its own; what is
 * made of a record is made there, too. A bounded number may wait.
 */
public final class RecordFetcher implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Map<String, Object> client;
  private final BlockingQueue<Request<?>> requests;
  private final Thread thread;
  private volatile boolean closing;
  private volatile Consumer<byte[], byte[]> consumer;

  /** Too many records are being read. */
  public static final class OverloadedException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Nothing committed lies at the position: expired, aborted, damaged or never written. */
  public static final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    GoneException(TopicPartition partition, long offset) {
      this(partition, offset, "expired by retention?");
    }

    GoneException(TopicPartition partition, long offset, String why) {
      super("no record at offset " + offset + " of " + partition + " (" + why + ")");
    }
  }

  private record Request<T>(
      TopicPartition partition,
      long offset,
      Function<ConsumerRecord<byte[], byte[]>, T> make,
      CompletableFuture<T> result) {}

  public RecordFetcher(Map<String, Object> client, int pending) {
    this.client = client;
    this.requests = new ArrayBlockingQueue<>(pending);
    this.thread = new Thread(this::run, "admin-fetch");
    this.thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /**
   * The answer fails with {@link OverloadedException}, {@link GoneException}, a {@link
   * org.apache.kafka.common.errors.TimeoutException} or what {@code make} throws.
   */
  public <T> CompletionStage<T> fetch(
      String topic, Position position, Function<ConsumerRecord<byte[], byte[]>, T> make) {
    CompletableFuture<T> result = new CompletableFuture<>();
    TopicPartition partition = new TopicPartition(topic, position.partition());
    if (closing || !requests.offer(new Request<>(partition, position.offset(), make, result))) {
      result.completeExceptionally(new OverloadedException());
    }
    return result;
  }

  private void run() {
    try (Consumer<byte[], byte[]> opened = open()) {
      consumer = opened;
      while (!closing) {
        serve(opened, requests.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closing = true;
      for (Request<?> waiting = requests.poll(); waiting != null; waiting = requests.poll()) {
        waiting.result().completeExceptionally(new OverloadedException());
      }
    }
  }

  /** Only the first record of a fetch is wanted; a larger one still comes whole. */
  private Consumer<byte[], byte[]> open() {
    return CommittedReaders.with(
        client,
        Map.of(
            ConsumerConfig.CLIENT_ID_CONFIG,
            "sapo-admin-fetcher",
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            64 << 10,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            1),
        SkippingConsumer.Damaged.SHOWN);
  }

  private static <T> void serve(Consumer<byte[], byte[]> consumer, Request<T> request) {
    try {
      request.result().complete(request.make().apply(read(consumer, request)));
    } catch (RuntimeException e) {
      request.result().completeExceptionally(e);
    }
  }

  private static ConsumerRecord<byte[], byte[]> read(
      Consumer<byte[], byte[]> consumer, Request<?> request) {
    TopicPartition partition = request.partition();
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    try {
      consumer.assign(List.of(partition));
      consumer.seek(partition, request.offset());
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          if (record.offset() == request.offset()) {
            DamagedRecords.why(record.headers())
                .ifPresent(
                    why -> {
                      throw new GoneException(partition, request.offset(), why);
                    });
            return record;
          }
        }
        if (consumer.position(partition) > request.offset()) {
          throw new GoneException(partition, request.offset());
        }
      }
    } catch (OffsetOutOfRangeException e) {
      throw new GoneException(partition, request.offset());
    } catch (WakeupException e) {
      throw new OverloadedException();
    }
    throw new org.apache.kafka.common.errors.TimeoutException(
        "the broker did not return offset " + request.offset() + " of " + partition + " in time");
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    ConsumerThread.stop(thread, consumer);
  }
}
