package io.sapo.segmenter;

import io.sapo.schemas.RestartException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the topic that the stream reads is still the one it began with. Where it is deleted
 * and made anew within moments the stream notices nothing: it reads on, and what it remembers makes
 * the new run's trajectories repetitions. On a thread of its own until closed.
 */
final class InputWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InputWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(20);

  private final Map<String, Object> kafka;
  private final String topic;
  private final String id;
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "input-watch");

  /**
   * @param id of the topic at the start
   */
  InputWatch(Map<String, Object> kafka, String topic, String id) {
    this.kafka = kafka;
    this.topic = topic;
    this.id = id;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Completes once it is another topic. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  private void run() {
    try (Admin admin = Admin.create(kafka)) {
      while (!failure.isDone() && !closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        look(admin);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks once. One that is missing, or brokers that do not answer, are the stream's to notice. */
  void look(Admin admin) throws InterruptedException {
    try {
      String now =
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get()
              .get(topic)
              .topicId()
              .toString();
      if (!now.equals(id)) {
        failure.complete(new RestartException("topic " + topic + " was deleted and made anew"));
      }
    } catch (ExecutionException e) {
      log.debug("{} is looked at later: {}", topic, e.getCause().toString());
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
