package io.sapo.producer.weights;

import ai.djl.Device;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Weights;
import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.HeapTensor;
import io.sapo.schemas.weights.WeightChunkEncoder;
import io.sapo.weights.PublishedView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Publishes weight versions as the learner does: chunks and commit record in one transaction. */
public final class TestLearner implements AutoCloseable {
  private final KafkaFixture kafka;
  private final ElementType type;
  private final Producer<byte[], byte[]> producer;
  private WeightVersion newest;
  private List<HeapTensor> parent = List.of();
  private long next;
  private long anchorVersion;

  public TestLearner(KafkaFixture kafka, ElementType type) {
    this.kafka = kafka;
    this.type = type;
    Map<String, Object> config = new HashMap<>(kafka.clientConfig());
    config.put("transactional.id", kafka.topics().prefix() + "learner");
    producer = ProducerClients.create(config, Map.of());
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

  /** Under a commit record that is not as it should be. */
  void publishChanged(Weights weights, boolean anchor, Consumer<WeightVersion> change)
      throws Exception {
    publish(weights, anchor, Map.of(), UnaryOperator.identity(), changed(change));
  }

  /** Chunks that are not as they should be. */
  void publishDamaged(Weights weights, boolean anchor, Consumer<WeightChunk> damage)
      throws Exception {
    publish(weights, anchor, Map.of(), changed(damage), UnaryOperator.identity());
  }

  private static <T> UnaryOperator<T> changed(Consumer<T> change) {
    return record -> {
      change.accept(record);
      return record;
    };
  }

  /** The same with the records changed on the way. */
  private long publish(
      Weights weights,
      boolean anchor,
      Map<String, Long> positions,
      UnaryOperator<WeightChunk> chunkDamage,
      UnaryOperator<WeightVersion> versionDamage)
      throws Exception {
    Sent sent = send(weights, anchor, chunkDamage, Integer.MAX_VALUE);
    parent = sent.tensors();
    return commit(weights, anchor, sent, positions, versionDamage);
  }

  /** Sends the chunks of the next version and stops there; the transaction stays open. */
  public Sent open(Weights weights) throws Exception {
    return send(weights, false, UnaryOperator.identity(), Integer.MAX_VALUE);
  }

  /** Ends what {@link #open} began. */
  public long commit(Weights weights, Sent sent) throws Exception {
    parent = sent.tensors();
    return commit(weights, false, sent, Map.of(), UnaryOperator.identity());
  }

  /** Sends some chunks of the next version and takes them back. */
  public void abort(Weights weights, int chunks) throws Exception {
    send(weights, false, UnaryOperator.identity(), chunks);
    producer.abortTransaction();
  }

  /** Random weights of one seed with a step of changes on some of them; the caller's to close. */
  public static Weights weights(ModelConfig model, long seed, int step) {
    List<NamedTensor> tensors;
    try (Weights base = Weights.random(model, Head.LANGUAGE_MODEL, seed, Device.cpu())) {
      tensors = base.toTensors();
    }
    for (NamedTensor tensor : tensors) {
      for (int i = step; i < tensor.values().length; i += 7) {
        tensor.values()[i] += step;
      }
    }
    return Weights.of(model, Head.LANGUAGE_MODEL, tensors, Device.cpu());
  }

  /** What an open transaction holds. */
  public record Sent(List<HeapTensor> tensors, long firstChunk, int chunkCount) {}

  private Sent send(Weights weights, boolean anchor, UnaryOperator<WeightChunk> damage, int most)
      throws Exception {
    List<HeapTensor> tensors =
        weights.tensors().stream()
            .map(tensor -> HeapTensor.from(PublishedView.of(type, tensor)))
            .toList();
    List<WeightChunk> chunks = new ArrayList<>();
    WeightChunkEncoder encoder = new WeightChunkEncoder(next, type, chunks::add);
    for (int i = 0; i < tensors.size(); i++) {
      if (anchor) {
        encoder.whole(tensors.get(i));
      } else {
        encoder.changed(parent.get(i), tensors.get(i));
      }
    }
    producer.beginTransaction();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (WeightChunk chunk : chunks.subList(0, Math.min(most, chunks.size()))) {
      sent.add(
          producer.send(
              kafka.topics().weightChunks().record(chunk.getTensor(), damage.apply(chunk))));
    }
    producer.flush();
    return new Sent(tensors, sent.get(0).get().offset(), chunks.size());
  }

  private long commit(
      Weights weights,
      boolean anchor,
      Sent sent,
      Map<String, Long> positions,
      UnaryOperator<WeightVersion> damage) {
    long version = next++;
    anchorVersion = anchor ? version : anchorVersion;
    newest =
        record(
            version, anchor, weights.sha256(), sent.firstChunk(), sent.chunkCount(), anchorVersion);
    newest.setElementType(type);
    newest.setTrajectoryPositions(positions);
    producer.send(kafka.topics().weights().record(Long.toString(version), damage.apply(newest)));
    producer.commitTransaction();
    return version;
  }

  /** The commit record of the version published last. */
  public WeightVersion newest() {
    return newest;
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
