package io.sapo.learner;

import static io.sapo.learner.TestRuns.killAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TestRuns.Killed;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.config.BatchSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.learner.config.StepSettings;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.replay.PublishedActor;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.learner.replay.Replay;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.weights.NativeWeights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model whose embedding takes 2.2 GB in one tensor, from its checkpoint through training with
 * adapters to a replay, in the heap that a run has by default. Takes minutes, 6 GB of memory and 3
 * GB of disk:
 *
 * <pre>
 * mvn -pl learner -am test -Dtest=LargeModelTest -Dsurefire.failIfNoSpecifiedTests=false \
 *   -Dsapo.test.large=true -Dtest.jvm.extra=-Xmx768m
 * </pre>
 */
@EnabledIfSystemProperty(named = "sapo.test.large", matches = "true")
class LargeModelTest {
  private static final long DEFAULT_HEAP = 768L << 20;
  private static final long FLAT = 64L << 20;
  private static final int UPDATES = 3;

  private static final String CONFIG =
      """
      {"model_type": "qwen2", "hidden_act": "silu", "hidden_size": 3584, "intermediate_size": 1024,
       "max_position_embeddings": 128, "num_attention_heads": 28, "num_hidden_layers": 2,
       "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "eos_token_id": 2,
       "initializer_range": 0.02, "tie_word_embeddings": true, "vocab_size": 152064,
       "torch_dtype": "float32"}
      """;

  @TempDir Path folder;

  @Test
  void aTensorOfTwoGigabytesAndMoreGoesAllTheWay() throws Exception {
    assertThat(Runtime.getRuntime().maxMemory()).isLessThanOrEqualTo(DEFAULT_HEAP);
    Path model = folder.resolve("large");
    writeModel(model);
    LearnerConfig config = config();
    try (TestRuns runs = TestRuns.withBroker(folder)) {
      TestRuns.Run run = runs.create();
      run.send(TinyRun.trajectories(UPDATES, config.batch().size(), 3));
      long before = heapInUse();
      try (BaseModel base = config.network().open(CheckpointFolder.open(model), TestDevice.get())) {
        assertThatThrownBy(
                () ->
                    learner(config, run, model, base, killAt(FaultPoint.UPDATE_APPLIED, UPDATES))
                        .run())
            .isInstanceOf(Killed.class);
        assertThat(learner(config, run, model, base, FaultHook.NONE).run()).isEqualTo(UPDATES);
      }
      assertFollowed(runs, run);
      assertReplayed(runs, run);
      long grown = heapInUse() - before;
      System.out.printf("heap in use grew by %d MB%n", grown >> 20);
      assertThat(grown).isLessThan(FLAT);
    }
  }

  private static long heapInUse() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static Learner learner(
      LearnerConfig config, TestRuns.Run run, Path model, BaseModel base, FaultHook faults) {
    return new Learner(config, run.options(model, UPDATES, faults), base, Clock.systemUTC());
  }

  private static LearnerConfig config() {
    OptimizerSettings optimizer =
        new OptimizerSettings(1e-3, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT);
    LearnerConfig tiny = TinyRun.config(Algorithm.SAPO);
    return new LearnerConfig(
        new NetworkSettings(AdapterConfig.of(4, 8), ElementType.F32, 0),
        tiny.algorithm(),
        new BatchSettings(4, 64, 1, 0),
        new StepSettings(4, 64, 1, 0),
        optimizer,
        optimizer,
        7,
        LearnerConfig.MATHEMATICS);
  }

  private static void assertFollowed(TestRuns runs, TestRuns.Run run) {
    try (PublishedWeights followed = NativeWeights.of(io.sapo.schemas.ElementType.F32);
        var reader = new LearnerClients(runs.kafka()).committedReader("test")) {
      List<String> actors = new ArrayList<>();
      for (WeightVersion version : run.versions()) {
        followed.apply(
            version.getVersion(),
            version.getParent(),
            version.getAnchor(),
            version.getChunkCount(),
            TestRuns.chunks(reader, run.topics(), version).iterator());
        assertThat(NativeWeights.sha256(followed)).isEqualTo(version.getActorSha256());
        actors.add(version.getActorSha256());
      }
      assertThat(actors).hasSize(UPDATES + 1).doesNotHaveDuplicates();
    }
  }

  private static void assertReplayed(TestRuns runs, TestRuns.Run run) {
    List<Replay.Outcome> outcomes = new ArrayList<>();
    try (var reader = new LearnerClients(runs.kafka()).committedReader("test");
        RecordedRun recorded = run.recorded(reader)) {
      new Replay(recorded, new PublishedActor(run.committed(), reader, run.topics()))
          .run(1, UPDATES, version -> {}, outcomes::add);
    }
    assertThat(outcomes)
        .hasSize(UPDATES)
        .allSatisfy(o -> assertThat(o.verdict()).isEqualTo(Replay.Verdict.EXACT));
  }

  private static void writeModel(Path folder) throws IOException {
    Path file = Files.writeString(folder.resolveSibling("large.json"), CONFIG);
    List<Drawn> tensors =
        BaseModel.trainedWhole(ModelConfig.read(file), TestDevice.get())
            .trained(Head.LANGUAGE_MODEL)
            .stream()
            .map(Drawn::new)
            .toList();
    assertThat(tensors).anyMatch(tensor -> tensor.bytes() > Integer.MAX_VALUE);
    CheckpointFolder.write(
        folder,
        Map.of("config.json", CONFIG.getBytes(StandardCharsets.UTF_8)),
        tensors,
        ElementType.F32);
  }

  /** Small values that follow from their places; norms are one. */
  private record Drawn(TensorSpec spec) implements TensorData {
    @Override
    public ElementType type() {
      return ElementType.F32;
    }

    @Override
    public void read(long begin, int length, Consumer<ByteBuffer> reader) {
      ByteBuffer window = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
      boolean norm = spec.name().endsWith("norm.weight");
      long seed = spec.name().hashCode();
      for (long place = begin / 4; window.hasRemaining(); place++) {
        long mixed = (place + seed) * 0x9e3779b97f4a7c15L;
        window.putFloat(norm ? 1 : (short) (mixed >>> 40) * 0x1p-20f);
      }
      reader.accept(window.flip());
    }
  }
}
