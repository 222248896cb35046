package io.sapo.segmenter.topology;

import io.sapo.schemas.Topics;
import io.sapo.segmenter.SegmenterConfig;
import io.sapo.segmenter.verify.Verifiers;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Wires the steps; see the package's description for the picture. */
public final class SegmenterTopology {
  private SegmenterTopology() {}

  /** Every node and store has a name of its own, so that later versions find their state again. */
  public static Topology of(Topics topics, SegmenterConfig config, Counters counters) {
    TrajectorySegmenter segmenter =
        new TrajectorySegmenter(config.strategy(), Verifiers.load(config.verifiers()), counters);
    ByteArraySerializer bytes = new ByteArraySerializer();
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            Nodes.TRAJECTORIES,
            new ArrivalTime(),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            topics.trajectories().name())
        .addProcessor(
            Nodes.VALIDATE,
            () -> new Validate(topics.trajectories().codec(), counters),
            Nodes.TRAJECTORIES)
        .addProcessor(Nodes.SEGMENT, () -> new Segment(segmenter, counters), Nodes.VALIDATE)
        .addProcessor(
            Nodes.DEDUPLICATE,
            () -> new Deduplicate(config.dedupRetention(), counters),
            Nodes.SEGMENT)
        .addProcessor(
            Nodes.GROUP,
            () ->
                new Group(
                    topics.segments().codec(),
                    config.groupDeadline(),
                    config.dedupRetention(),
                    counters),
            Nodes.DEDUPLICATE)
        .addStateStore(Seen.store(config.dedupRetention()), Nodes.DEDUPLICATE, Nodes.GROUP)
        .addStateStore(openGroups(), Nodes.GROUP)
        .addStateStore(rollouts(), Nodes.GROUP)
        .addSink(Nodes.SEGMENTS, topics.segments().name(), bytes, bytes, Nodes.GROUP)
        .addSink(
            Nodes.DEAD_LETTERS,
            topics.deadLetters(),
            bytes,
            bytes,
            Nodes.VALIDATE,
            Nodes.SEGMENT,
            Nodes.DEDUPLICATE,
            Nodes.GROUP);
  }

  private static StoreBuilder<KeyValueStore<String, OpenGroup>> openGroups() {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(Nodes.OPEN_GROUPS), Serdes.String(), OpenGroup.SERDE);
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> rollouts() {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(Nodes.ROLLOUTS), Serdes.String(), Serdes.ByteArray())
        .withLoggingEnabled(
            Map.of("max.message.bytes", Integer.toString(2 * Topics.MAX_RECORD_BYTES)));
  }
}
