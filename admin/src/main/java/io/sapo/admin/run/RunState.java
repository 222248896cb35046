package io.sapo.admin.run;

import io.sapo.admin.config.Limits;
import io.sapo.schemas.Control;
import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Evaluation;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the topics say of the run: a fold over their records, bounded whatever their length.
 *
 * <p>One thread applies records; any thread may read.
 */
public final class RunState {
  private static final int EVALUATIONS_KEPT = 2_000;
  private static final int COMMANDS_KEPT = 200;
  private static final int KEY_CHARS = 1_000;
  private static final int REASONS_NAMED = 100;
  private static final Pattern STALENESS_BOUND =
      Pattern.compile("\"maxStaleness\"\\s*:\\s*(\\d{1,9})");

  private final Topics topics;
  private final Heartbeats heartbeats = new Heartbeats();
  private final VersionLog versions;
  private final TrajectoryIndex trajectories;
  private final RecentLog<DeadLetterEntry> deadLetters;
  private final RecentLog<Evaluation> evaluations = new RecentLog<>(EVALUATIONS_KEPT);
  private final RecentLog<Control> commands = new RecentLog<>(COMMANDS_KEPT);
  private volatile String newestConfig = "{}";
  private volatile OptionalLong stalenessBound = OptionalLong.empty();
  private long unreadable;
  private String lastUnreadable = "";

  public RunState(Topics topics, Limits limits) {
    this.topics = topics;
    this.versions = new VersionLog(limits.index().versions());
    this.trajectories = new TrajectoryIndex(limits.index().trajectories());
    this.deadLetters = new RecentLog<>(limits.index().deadLetters());
  }

  /** Records of topics that are not followed are ignored; unreadable ones are counted. */
  public void apply(ConsumerRecord<byte[], byte[]> record) {
    Position position = new Position(record.partition(), record.offset());
    String topic = record.topic();
    try {
      DamagedRecords.check(record.headers());
      if (topic.equals(topics.status().name())) {
        applyStatus(record);
      } else if (topic.equals(topics.weights().name())) {
        applyVersion(position, decode(topics.weights(), record));
      } else if (topic.equals(topics.segments().name())) {
        trajectories.add(position, record.timestamp(), decode(topics.segments(), record));
      } else if (topic.equals(topics.evaluations().name())) {
        evaluations.add(position, decode(topics.evaluations(), record));
      } else if (topic.equals(topics.control().name())) {
        commands.add(position, decode(topics.control(), record));
      } else if (topic.equals(topics.credits().name())) {
        trajectories.addCredit(position, decode(topics.credits(), record).getTrajectoryId());
      } else if (topic.equals(topics.deadLetters())) {
        applyDeadLetter(position, record);
      }
    } catch (RuntimeException e) {
      // Whatever a record holds, the ones behind it are read.
      countUnreadable(topic + " " + position + ": " + e.getMessage());
    }
  }

  /**
   * Takes a record from the beginning of the weights topic, which {@link #apply} may never see; one
   * that cannot be read is counted.
   */
  public void applyBeginning(ConsumerRecord<byte[], byte[]> record) {
    try {
      DamagedRecords.check(record.headers());
      versions.addBeginning(decode(topics.weights(), record));
    } catch (RuntimeException e) {
      countUnreadable(record.topic() + " " + record.offset() + ": " + e.getMessage());
    }
  }

  private void applyStatus(ConsumerRecord<byte[], byte[]> record) {
    String key = Topic.keyText(record.key());
    if (record.value() == null) {
      heartbeats.remove(Text.upTo(KEY_CHARS, key));
    } else {
      heartbeats.put(
          Text.upTo(KEY_CHARS, key),
          io.sapo.schemas.Heartbeats.lean(decode(topics.status(), record)));
    }
  }

  private void applyVersion(Position position, WeightVersion record) {
    versions.add(position, record);
    if (!record.getConfig().equals(newestConfig)) {
      newestConfig = record.getConfig();
      stalenessBound = stalenessBound(newestConfig);
    }
  }

  private static OptionalLong stalenessBound(String config) {
    Matcher found = STALENESS_BOUND.matcher(config);
    return found.find() ? OptionalLong.of(Long.parseLong(found.group(1))) : OptionalLong.empty();
  }

  private void applyDeadLetter(Position position, ConsumerRecord<byte[], byte[]> record) {
    String reason = DeadLetters.header(record.headers(), DeadLetters.REASON).orElse("unknown");
    deadLetters.add(
        position,
        new DeadLetterEntry(
            position,
            record.timestamp(),
            Text.upTo(200, Topic.keyText(record.key())),
            record.value() == null ? 0 : record.value().length,
            Text.upTo(100, reason).intern(),
            header(record, DeadLetters.DETAIL),
            header(record, DeadLetters.SOURCE_TOPIC),
            header(record, DeadLetters.SOURCE_PARTITION),
            header(record, DeadLetters.SOURCE_OFFSET)));
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return Text.upTo(2_000, DeadLetters.header(record.headers(), name).orElse(""));
  }

  private static <T extends SpecificRecordBase> T decode(
      Topic<T> topic, ConsumerRecord<byte[], byte[]> record) {
    return topic.codec().decode(record.value());
  }

  private synchronized void countUnreadable(String what) {
    unreadable++;
    lastUnreadable = Text.upTo(500, what);
  }

  public Topics topics() {
    return topics;
  }

  public Heartbeats heartbeats() {
    return heartbeats;
  }

  public VersionLog versions() {
    return versions;
  }

  public TrajectoryIndex trajectories() {
    return trajectories;
  }

  public RecentLog<DeadLetterEntry> deadLetters() {
    return deadLetters;
  }

  public RecentLog<Evaluation> evaluations() {
    return evaluations;
  }

  public RecentLog<Control> commands() {
    return commands;
  }

  /** Canonical learner config of the newest version, as JSON. */
  public String newestConfig() {
    return newestConfig;
  }

  /** Versions a trained trajectory may be old at most, as the learner's config has it. */
  public OptionalLong stalenessBound() {
    return stalenessBound;
  }

  /**
   * The newest dead letters, those of {@link #deadLetters}, by reason; a hundred and the others.
   */
  public SortedMap<String, Long> deadLetterReasons() {
    SortedMap<String, Long> reasons = new TreeMap<>();
    for (DeadLetterEntry entry : deadLetters.all()) {
      boolean named = reasons.size() < REASONS_NAMED || reasons.containsKey(entry.reason());
      reasons.merge(named ? entry.reason() : "other", 1L, Long::sum);
    }
    return reasons;
  }

  /** Records of followed topics that could not be read since the start. */
  public synchronized long unreadable() {
    return unreadable;
  }

  /**
   * Where the newest unreadable record lies and what is wrong with it; empty when there is none.
   */
  public synchronized String lastUnreadable() {
    return lastUnreadable;
  }
}
