package io.sapo.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

  /** Of one that was read. A learner with many outcomes of commands has some tens of thousands. */
  private static final int MOST_KEPT_CHARS = 1 << 18;

  private static final int MOST_GAUGES = 1_000;
  private static final int MOST_NAME_CHARS = 256;

  /** What an entry of a map weighs beside its text. */
  private static final int GAUGE_CHARS = 64;

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
      String key = RoleName.of(now) + "/" + now.getInstance();
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

  /**
   * What is worth keeping of a heartbeat that was read, whoever wrote it: one with a million gauges
   * would be a hundred megabytes in every process of the run, and each life of a role has its own.
   */
  public static Status lean(Status status) {
    if (chars(status) <= MOST_KEPT_CHARS) {
      return status;
    }
    SortedMap<String, Double> gauges = new TreeMap<>();
    status.getGauges().entrySet().stream()
        .filter(gauge -> gauge.getKey().length() <= MOST_NAME_CHARS)
        .limit(MOST_GAUGES)
        .forEach(gauge -> gauges.put(gauge.getKey(), gauge.getValue()));
    return Status.newBuilder(status)
        .setInstance(upTo(MOST_NAME_CHARS, status.getInstance()))
        .setState(upTo(MOST_NAME_CHARS, status.getState()))
        .setMessage(shortened(status.getMessage()))
        .setGauges(gauges)
        .setInfo(leanInfo(status))
        .build();
  }

  /** What tells that a process is alive, and no more: some thousand characters. */
  public static Status leanest(Status status) {
    return Status.newBuilder(status)
        .setInstance(upTo(MOST_NAME_CHARS, status.getInstance()))
        .setState(upTo(MOST_NAME_CHARS, status.getState()))
        .setMessage(shortened(status.getMessage()))
        .setGauges(Map.of())
        .setInfo(Map.of())
        .build();
  }

  /** The short ones, of which there are few in ours, before the long ones. */
  private static SortedMap<String, String> leanInfo(Status status) {
    SortedMap<String, String> info = new TreeMap<>();
    long chars = 0;
    List<Map.Entry<String, String>> shortFirst = new ArrayList<>(status.getInfo().entrySet());
    shortFirst.sort(
        Comparator.comparingLong((Map.Entry<String, String> entry) -> chars(entry))
            .thenComparing(Map.Entry::getKey));
    for (Map.Entry<String, String> entry : shortFirst) {
      chars += chars(entry);
      if (chars > MOST_KEPT_CHARS) {
        break;
      }
      info.put(entry.getKey(), entry.getValue());
    }
    info.remove(BatchProgress.INFO);
    return info;
  }

  private static long chars(Map.Entry<String, String> entry) {
    return GAUGE_CHARS + entry.getKey().length() + entry.getValue().length();
  }

  /** Characters of all texts, and what the objects around them weigh in such. */
  public static long chars(Status status) {
    long chars =
        status.getInstance().length()
            + status.getState().length()
            + status.getMessage().length()
            + (long) GAUGE_CHARS * status.getGauges().size();
    for (Map.Entry<String, String> entry : status.getInfo().entrySet()) {
      chars += chars(entry);
    }
    for (String gauge : status.getGauges().keySet()) {
      chars += gauge.length();
    }
    return chars;
  }

  private static String upTo(int chars, String text) {
    return text.substring(0, Math.min(chars, text.length()));
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
