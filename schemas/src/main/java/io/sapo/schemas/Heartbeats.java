package io.sapo.schemas;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what a process says of itself: at an interval, when asked to, and a last time on
 * closing. What cannot be sent is forgotten, and logged once for all in a row: the next says the
 * same. Thread-safe.
 */
public final class Heartbeats implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);
  private static final int MAX_BLOCK_MS = 5_000;
  private static final int MOST_CHARS = 4_096;
  private static final int MOST_INFO_CHARS = 1 << 20;

  private final Topics topics;
  private final Supplier<Status> status;
  private final Producer<byte[], byte[]> producer;
  private final ScheduledThreadPoolExecutor timer;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean lost = new AtomicBoolean();

  /**
   * @param client settings of Kafka clients, at least {@code bootstrap.servers}
   * @param name of the client, and of the thread that {@code status} is asked on
   */
  public Heartbeats(
      Map<String, Object> client, Topics topics, String name, Supplier<Status> status) {
    this.topics = topics;
    this.status = status;
    producer =
        ProducerClients.create(
            client,
            Map.of(
                ProducerConfig.CLIENT_ID_CONFIG,
                topics.prefix() + name,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                MAX_BLOCK_MS));
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Publishes now and from then on at the interval; once. */
  public void start(Duration interval) {
    started.set(true);
    timer.scheduleWithFixedDelay(this::publish, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Before this is so, nothing is published, not even a last time. */
  public boolean started() {
    return started.get();
  }

  /** Publishes soon, because something has changed. */
  public void beat() {
    try {
      timer.execute(this::publish);
    } catch (RejectedExecutionException e) {
      log.debug("no heartbeat after the last one");
    }
  }

  private void publish() {
    if (!started()) {
      return;
    }
    try {
      Status now = bounded(status.get());
      String key = now.getComponent().name().toLowerCase(Locale.ROOT) + "/" + now.getInstance();
      producer.send(topics.status().record(key, now), (metadata, problem) -> tell(problem));
    } catch (RuntimeException e) {
      tell(e);
    }
  }

  /** The first of those that are lost in a row. */
  private void tell(Exception problem) {
    if (problem == null) {
      lost.set(false);
    } else if (lost.compareAndSet(false, true) && !closed.get()) {
      log.warn("heartbeats are not delivered for now: {}", problem.toString());
    } else {
      log.debug("heartbeat was not delivered: {}", problem.toString());
    }
  }

  /**
   * Texts that came from outside (names in commands, reasons with parts of records) must not make a
   * heartbeat so large that it is never delivered: its component would be taken for gone.
   */
  static Status bounded(Status status) {
    status.setMessage(shortened(status.getMessage()));
    SortedMap<String, String> info = new TreeMap<>(status.getInfo());
    int chars = info.getOrDefault(BatchProgress.INFO, "").length();
    for (String key : status.getInfo().keySet()) {
      if (key.equals(BatchProgress.INFO)) {
        continue; // For programs: whole, or of no use.
      }
      String name = shortened(key);
      String value = shortened(info.remove(key));
      chars += name.length() + value.length();
      if (chars <= MOST_INFO_CHARS) {
        info.put(name, value);
      }
    }
    status.setInfo(info);
    return status;
  }

  private static String shortened(String text) {
    return text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS) + "…";
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    timer.shutdown();
    try {
      if (timer.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        publish();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(CLOSE_WITHIN);
  }
}
