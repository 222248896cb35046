package io.sapo.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The topics of one training run, all under one prefix.
 *
 * <p>Records of {@code segments} lie in one partition: their order is the order of training, so
 * that which records an update takes is a function of the log alone.
 */
public final class Topics {
  /** Largest encoded record; room for a long trajectory with its pictures inline. */
  public static final int MAX_RECORD_BYTES = 16 << 20;

  private static final String STATUS_MS = Long.toString(Duration.ofDays(7).toMillis());
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{0,100}");

  private final String prefix;
  private final Topic<Task> tasks;
  private final Topic<Trajectory> trajectories;
  private final Topic<SegmentedTrajectory> segments;
  private final Topic<WeightVersion> weights;
  private final Topic<WeightChunk> weightChunks;
  private final Topic<Status> status;
  private final Topic<Evaluation> evaluations;
  private final Topic<Control> control;
  private final Topic<Credit> credits;
  private final Topic<TaskClaim> taskClaims;
  private final Topic<JudgeVerdict> verdicts;

  /** With the default retention. */
  public Topics(String prefix) {
    this(prefix, TopicRetention.DEFAULT);
  }

  /**
   * @param retention of topics that are created
   * @throws IllegalArgumentException when the prefix has characters that topic names cannot have
   */
  public Topics(String prefix, TopicRetention retention) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "topic prefix '" + prefix + "' may hold letters, digits, '.', '_' and '-' only");
    }
    this.prefix = prefix;
    Map<String, String> kept = Map.of("retention.ms", TopicRetention.FOR_EVER);
    Map<String, String> keptForATime = Map.of("retention.ms", retention.recordsMs());
    tasks = spread("tasks", Task.class, 1, kept);
    trajectories = spread("trajectories", Trajectory.class, 4, keptForATime);
    segments = ordered("segments", SegmentedTrajectory.class, keptForATime);
    weights = ordered("weights", WeightVersion.class, kept);
    weightChunks =
        ordered(
            "weight-chunks",
            WeightChunk.class,
            Map.of("retention.ms", TopicRetention.FOR_EVER, "segment.bytes", "268435456"));
    // Every life of a role has a key of its own: the last words of those long gone are deleted.
    status =
        ordered(
            "status",
            Status.class,
            Map.of("cleanup.policy", "compact,delete", "retention.ms", STATUS_MS));
    evaluations = ordered("evaluations", Evaluation.class, kept);
    control = ordered("control", Control.class, kept);
    credits = spread("credits", Credit.class, 1, keptForATime);
    taskClaims = ordered("task-claims", TaskClaim.class, kept);
    verdicts =
        spread("segmenter-verdicts", JudgeVerdict.class, trajectories.partitions(), keptForATime);
  }

  private <T extends SpecificRecordBase> Topic<T> ordered(
      String name, Class<T> type, Map<String, String> config) {
    return topic(name, type, 1, false, config);
  }

  private <T extends SpecificRecordBase> Topic<T> spread(
      String name, Class<T> type, int partitions, Map<String, String> config) {
    return topic(name, type, partitions, true, config);
  }

  private <T extends SpecificRecordBase> Topic<T> topic(
      String name, Class<T> type, int partitions, boolean spread, Map<String, String> config) {
    TreeMap<String, String> all = new TreeMap<>(config);
    all.put("max.message.bytes", Integer.toString(MAX_RECORD_BYTES));
    return new Topic<>(prefix + name, partitions, spread, all, RecordCodec.of(type));
  }

  public String prefix() {
    return prefix;
  }

  public Topic<Task> tasks() {
    return tasks;
  }

  public Topic<Trajectory> trajectories() {
    return trajectories;
  }

  public Topic<SegmentedTrajectory> segments() {
    return segments;
  }

  public Topic<WeightVersion> weights() {
    return weights;
  }

  public Topic<WeightChunk> weightChunks() {
    return weightChunks;
  }

  public Topic<Status> status() {
    return status;
  }

  public Topic<Evaluation> evaluations() {
    return evaluations;
  }

  public Topic<Control> control() {
    return control;
  }

  /** Per-segment values, advantages and ratios of trained trajectories, for people to read. */
  public Topic<Credit> credits() {
    return credits;
  }

  /** Name of the topic that takes refused records as they came; see {@link DeadLetters}. */
  public String deadLetters() {
    return prefix + "dead-letters";
  }

  /** By which producers share out tasks; see {@link TaskClaim}. */
  public Topic<TaskClaim> taskClaims() {
    return taskClaims;
  }

  /**
   * What a judge outside the stream is asked. The segmenter makes these topics where there are
   * judges, with as many partitions as {@code trajectories} has.
   *
   * @param judge name in the configuration
   */
  public Topic<JudgeRequest> judgeRequests(String judge) {
    return spread(
        "segmenter-judge-" + judge,
        JudgeRequest.class,
        trajectories.partitions(),
        trajectories.config());
  }

  /** What judges outside the stream say; partitioned as {@code trajectories} is. */
  public Topic<JudgeVerdict> verdicts() {
    return verdicts;
  }

  /** Every type that is written as a record, once. */
  public List<RecordCodec<?>> recordTypes() {
    List<RecordCodec<?>> types = new ArrayList<>();
    typed().forEach(topic -> types.add(topic.codec()));
    types.add(RecordCodec.of(JudgeRequest.class));
    types.add(verdicts.codec());
    return types;
  }

  /** Name of the topic that keeps the schemas of the run's records; see {@link SchemaTopic}. */
  public String schemas() {
    return prefix + "schemas";
  }

  /** Whether records of that topic of the catalogue are spread over its partitions. */
  boolean spread(String name) {
    return typed().stream().anyMatch(topic -> topic.name().equals(name) && topic.spread());
  }

  /** The topics with typed values that every run has, in the order in which data flows. */
  public List<Topic<?>> typed() {
    return List.of(
        tasks,
        trajectories,
        segments,
        weights,
        weightChunks,
        status,
        evaluations,
        control,
        credits,
        taskClaims);
  }
}
