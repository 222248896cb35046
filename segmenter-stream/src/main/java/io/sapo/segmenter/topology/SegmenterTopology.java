package io.sapo.segmenter.topology;

import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.verifier.Verifiers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.RecordContext;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Wires the steps; see the package's description for the picture. */
public final class SegmenterTopology {
  /** Of what is written, the order counts: see {@link Topic#spread}. */
  private static final StreamPartitioner<byte[], byte[]> FIRST =
      (topic, key, value, partitions) -> Optional.of(Set.of(0));

  /**
   * A record counts from when it arrives here. Its own time is what its producer says: written on
   * into segments, a bad one would let a broker delete them before their time.
   */
  private static final TimestampExtractor ARRIVAL = new WallclockTimestampExtractor();

  private SegmenterTopology() {}

  /**
   * Every node and store has a name of its own, so that later versions find their state again.
   *
   * @param judging whether there are judges outside the stream, or were once, so that trajectories
   *     may still wait for them
   */
  public static Topology of(
      Topics topics, SegmenterConfig config, boolean judging, Counters counters) {
    Verifiers verifiers =
        Verifiers.load(config.verifiers())
            .withJudges(config.judges().stream().map(JudgeSettings::name).toList());
    TrajectorySegmenter segmenter = new TrajectorySegmenter(config.strategy(), verifiers, counters);
    Duration retention = config.dedupRetention();
    ByteArraySerializer bytes = new ByteArraySerializer();
    Topology topology =
        new Topology()
            .addSource(
                AutoOffsetReset.earliest(),
                Nodes.TRAJECTORIES,
                ARRIVAL,
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                topics.trajectories().name())
            .addProcessor(
                Nodes.VALIDATE,
                () -> new Validate(topics.trajectories().codec(), counters),
                Nodes.TRAJECTORIES)
            .addProcessor(Nodes.SEGMENT, () -> new Segment(segmenter, counters), Nodes.VALIDATE);
    if (judging) {
      addJudging(topology, topics, config, segmenter, counters);
    }
    String[] judged =
        judging ? new String[] {Nodes.SEGMENT, Nodes.JUDGING} : new String[] {Nodes.SEGMENT};
    topology
        .addProcessor(Nodes.DEDUPLICATE, () -> new Deduplicate(retention, counters), judged)
        .addProcessor(
            Nodes.GROUP,
            () ->
                new Group(
                    topics.segments().codec(),
                    config.groupDeadline(),
                    retention,
                    judging,
                    counters),
            Nodes.DEDUPLICATE)
        .addStateStore(RecentIds.store(retention), Nodes.DEDUPLICATE, Nodes.GROUP)
        .addStateStore(openGroups(), Nodes.GROUP)
        .addStateStore(records(Nodes.ROLLOUTS), Nodes.GROUP)
        .addSink(Nodes.SEGMENTS, topics.segments().name(), bytes, bytes, FIRST, Nodes.GROUP);
    List<String> refusing =
        new ArrayList<>(List.of(Nodes.VALIDATE, Nodes.SEGMENT, Nodes.DEDUPLICATE, Nodes.GROUP));
    if (judging) {
      topology
          .addStateStore(records(Nodes.HELD), Nodes.JUDGING, Nodes.GROUP)
          .connectProcessorAndStateStores(Nodes.JUDGING, Nodes.SEEN);
      refusing.add(Nodes.JUDGING);
    }
    return topology.addSink(
        Nodes.DEAD_LETTERS,
        topics.deadLetters(),
        bytes,
        bytes,
        FIRST,
        refusing.toArray(String[]::new));
  }

  private static void addJudging(
      Topology topology,
      Topics topics,
      SegmenterConfig config,
      TrajectorySegmenter segmenter,
      Counters counters) {
    SortedMap<String, Duration> patience = new TreeMap<>();
    SortedMap<String, Topic<JudgeRequest>> requests = new TreeMap<>();
    for (JudgeSettings judge : config.judges()) {
      patience.put(judge.name(), judge.effort().giveUpAfter());
      requests.put(judge.name(), topics.judgeRequests(judge.name()));
    }
    topology
        .addSource(
            AutoOffsetReset.earliest(),
            Nodes.VERDICTS,
            ARRIVAL,
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            topics.verdicts().name())
        .addProcessor(
            Nodes.JUDGING,
            () -> new Judging(topics, segmenter, patience, config.dedupRetention(), counters),
            Nodes.SEGMENT,
            Nodes.VERDICTS)
        .addSink(
            Nodes.JUDGE_REQUESTS,
            (byte[] key, JudgeRequest request, RecordContext context) ->
                requests.get(request.getJudge()).name(),
            new ByteArraySerializer(),
            (Serializer<JudgeRequest>)
                (topic, request) -> requests.get(request.getJudge()).codec().encode(request),
            (topic, key, request, partitions) -> Optional.of(Set.of(request.getSourcePartition())),
            Nodes.JUDGING);
  }

  private static StoreBuilder<KeyValueStore<String, OpenGroup>> openGroups() {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(Nodes.OPEN_GROUPS), Serdes.String(), OpenGroup.SERDE);
  }

  /** Of whole records. */
  private static StoreBuilder<KeyValueStore<String, byte[]>> records(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
        .withLoggingEnabled(
            Map.of("max.message.bytes", Integer.toString(2 * Topics.MAX_RECORD_BYTES)));
  }
}
