package io.sapo.producer.weights;

import io.sapo.policy.network.Weights;
import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.WeightChunkEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes weight versions as the learner does: chunks and commit record in one transaction. */
public final class TestLearner implements AutoCloseable {
  private final KafkaFixture kafka;
  private final ElementType type;
  private final KafkaProducer<byte[], byte[]> producer;
  private List<PublishedTensor> parent = List.of();
  private long next;
  private long anchorVersion;

  public TestLearner(KafkaFixture kafka, ElementType type) {
    this.kafka = kafka;
    this.type = type;
    Map<String, Object> config = new HashMap<>(kafka.clientConfig());
    config.put("transactional.id", kafka.topics().prefix() + "learner");
    producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
  }

  /** Publishes the next version and says which it is. */
  public long publish(Weights weights, boolean anchor) throws Exception {
    return publish(weights, anchor, Map.of(), UnaryOperator.identity(), UnaryOperator.identity());
  }

  /** The same with consumed positions of the trajectories topic. */
  public long publish(Weights weights, boolean anchor, Map<String, Long> positions)
      throws Exception {
    return publish(weights, anchor, positions, UnaryOperator.identity(), UnaryOperator.identity());
  }

  /** The same with the records changed on the way. */
  public long publish(
      Weights weights,
      boolean anchor,
      Map<String, Long> positions,
      UnaryOperator<WeightChunk> chunkDamage,
      UnaryOperator<WeightVersion> versionDamage)
      throws Exception {
    long version = next++;
    List<PublishedTensor> tensors =
        weights.toTensors().stream()
            .map(t -> PublishedTensor.of(type, t.name(), t.shape(), t.values()))
            .toList();
    List<WeightChunk> chunks = new ArrayList<>();
    WeightChunkEncoder encoder = new WeightChunkEncoder(version, type, chunks::add);
    for (int i = 0; i < tensors.size(); i++) {
      if (anchor) {
        encoder.whole(tensors.get(i));
      } else {
        encoder.changed(parent.get(i), tensors.get(i));
      }
    }
    anchorVersion = anchor ? version : anchorVersion;
    parent = tensors;
    producer.beginTransaction();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (WeightChunk chunk : chunks) {
      sent.add(
          producer.send(
              kafka.topics().weightChunks().record(chunk.getTensor(), chunkDamage.apply(chunk))));
    }
    producer.flush();
    long first = sent.get(0).get().offset();
    WeightVersion record =
        record(version, anchor, weights.sha256(), first, chunks.size(), anchorVersion);
    record.setElementType(type);
    record.setTrajectoryPositions(positions);
    producer.send(
        kafka.topics().weights().record(Long.toString(version), versionDamage.apply(record)));
    producer.commitTransaction();
    return version;
  }

  /** A commit record of float32 weights that has consumed nothing. */
  public static WeightVersion record(
      long version,
      boolean anchor,
      String sha256,
      long firstChunk,
      int chunkCount,
      long anchorVersion) {
    return WeightVersion.newBuilder()
        .setVersion(version)
        .setParent(version - 1)
        .setRunId("test")
        .setCommittedAtMs(0)
        .setInputs(List.of())
        .setTrajectoryPositions(Map.of())
        .setConsumedTotal(0)
        .setTrainedTotal(0)
        .setActorSha256(sha256)
        .setOptimizerSha256("")
        .setKlCoefficient(0)
        .setConfigDigest("")
        .setConfig("{}")
        .setElementType(ElementType.F32)
        .setAnchor(anchor)
        .setAnchorVersion(anchorVersion)
        .setFirstChunkOffset(firstChunk)
        .setChunkCount(chunkCount)
        .setCheckpointVersion(-1)
        .setMetrics(Map.of())
        .build();
  }

  @Override
  public void close() {
    producer.close();
  }
}
