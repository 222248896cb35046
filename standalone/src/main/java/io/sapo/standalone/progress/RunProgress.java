package io.sapo.standalone.progress;

import io.sapo.schemas.Component;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Evaluation;
import io.sapo.schemas.Heartbeats;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.RoleName;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the topics have said of a run so far: a fold over their records. One thread applies; any may
 * ask.
 */
public final class RunProgress {
  private static final Logger log = LoggerFactory.getLogger(RunProgress.class);
  private static final String LAG = "lag_records";
  private static final String DRAWN = "tokens_total";
  private static final int KEY_CHARS = 1_000;

  private final Topics topics;
  private final List<VersionLine> versions = new ArrayList<>();
  private final List<Evaluation> evaluations = new ArrayList<>();
  private final SortedMap<String, Status> statuses = new TreeMap<>();
  private long deadLetters;
  private long refusedTrajectories;
  private Refusals refusals = Refusals.NONE;

  public RunProgress(Topics topics) {
    this.topics = topics;
  }

  synchronized void apply(ConsumerRecord<byte[], byte[]> record) {
    String topic = record.topic();
    try {
      if (topic.equals(topics.weights().name())) {
        WeightVersion version = topics.weights().codec().decode(record.value());
        if (versions.isEmpty() || version.getVersion() > newest().version()) {
          versions.add(VersionLine.of(version));
          notifyAll();
        }
      } else if (topic.equals(topics.evaluations().name())) {
        evaluations.add(topics.evaluations().codec().decode(record.value()));
      } else if (topic.equals(topics.status().name()) && record.value() != null) {
        Status status = topics.status().codec().decode(record.value());
        String key = Topic.keyText(record.key());
        statuses.put(key.substring(0, Math.min(KEY_CHARS, key.length())), Heartbeats.lean(status));
      } else if (topic.equals(topics.deadLetters())) {
        deadLetters++;
        refusedTrajectories += ofTrajectory(record) ? 1 : 0;
        refusals =
            refusals.and(
                header(record, DeadLetters.REASON, "unknown"),
                header(record, DeadLetters.DETAIL, "it does not say why"));
      }
    } catch (RecordFormatException e) {
      log.warn("{} offset {}: {}", topic, record.offset(), e.getMessage());
    }
  }

  /** The newest committed version; empty before there is one. */
  public synchronized OptionalLong version() {
    return versions.isEmpty() ? OptionalLong.empty() : OptionalLong.of(newest().version());
  }

  synchronized List<VersionLine> versionsAfter(long version) {
    return versions.stream().filter(line -> line.version() > version).toList();
  }

  synchronized List<Evaluation> evaluationsFrom(int index) {
    return List.copyOf(evaluations.subList(index, evaluations.size()));
  }

  /** Every version, ascending, version 0 included. */
  synchronized List<VersionLine> versions() {
    return List.copyOf(versions);
  }

  synchronized long deadLetters() {
    return deadLetters;
  }

  /** Trajectories that became dead letters; tasks may have, too. */
  public synchronized long refusedTrajectories() {
    return refusedTrajectories;
  }

  /** Dead letters by reason. */
  synchronized Refusals refusals() {
    return refusals;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name, String none) {
    return DeadLetters.header(record.headers(), name).orElse(none);
  }

  private boolean ofTrajectory(ConsumerRecord<byte[], byte[]> record) {
    return DeadLetters.header(record.headers(), DeadLetters.SOURCE_TOPIC)
        .equals(Optional.of(topics.trajectories().name()));
  }

  /**
   * What producers have generated since they started.
   *
   * @param atMs epoch milliseconds of the newest heartbeat that says so
   */
  record Drawn(double tokens, long atMs) {}

  synchronized Drawn drawn() {
    long atMs = 0;
    for (Status status : statuses.values()) {
      atMs = status.getComponent() == Component.PRODUCER ? Math.max(atMs, status.getAtMs()) : atMs;
    }
    return new Drawn(gauges(Component.PRODUCER, DRAWN), atMs);
  }

  /** Records that wait before the segmenter and before the learner. */
  synchronized long lag() {
    return Math.round(gauges(Component.SEGMENTER, LAG) + gauges(Component.LEARNER, LAG));
  }

  /** What components last said of themselves, one word each, such as {@code learner recovering}. */
  synchronized String states() {
    List<String> states = new ArrayList<>();
    for (Status status : statuses.values()) {
      states.add(RoleName.of(status) + " " + status.getState());
    }
    return String.join(", ", states);
  }

  /** How far the learner has come with folding again; empty when it does not recover. */
  synchronized Optional<String> recovery() {
    return statuses.values().stream()
        .filter(status -> status.getComponent() == Component.LEARNER)
        .filter(status -> status.getState().equals("recovering"))
        .map(Status::getMessage)
        .findFirst();
  }

  /** What the learner has to say while it trains; empty when all is well. */
  synchronized Optional<String> learnerNote() {
    return statuses.values().stream()
        .filter(status -> status.getComponent() == Component.LEARNER)
        .filter(status -> status.getState().equals("running"))
        .map(Status::getMessage)
        .filter(message -> !message.isEmpty())
        .findFirst();
  }

  private VersionLine newest() {
    return versions.get(versions.size() - 1);
  }

  private double gauges(Component component, String name) {
    return sum(
        statuses.values().stream()
            .filter(status -> status.getComponent() == component)
            .filter(status -> !status.getState().equals("stopped"))
            .map(status -> status.getGauges().getOrDefault(name, 0.0))
            .toList());
  }

  private static double sum(Collection<Double> values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
