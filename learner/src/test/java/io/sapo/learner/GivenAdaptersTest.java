package io.sapo.learner;

import static io.sapo.learner.TestRuns.killAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sapo.learner.TestRuns.Killed;
import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.config.InitialModel;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.NewRun;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.recovery.ReferencePolicy;
import io.sapo.learner.replay.PublishedActor;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.learner.replay.Replay;
import io.sapo.learner.replay.WhatIf;
import io.sapo.policy.adapter.AdapterBase;
import io.sapo.policy.adapter.AdapterWriter;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.Folders;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.WeightVersion;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that begin with adapters of another training: their KL terms look at these, frozen. */
class GivenAdaptersTest {
  private static final double ROUNDING = 1e-6;
  private static final LearnerConfig GRPO = adapted(TinyRun.config(Algorithm.GRPO));
  private static final int UPDATES = 3;

  @TempDir private Path folder;
  private TestRuns runs;

  @BeforeEach
  void start() {
    runs = TestRuns.in(folder);
  }

  @AfterEach
  void stop() {
    runs.close();
  }

  @Test
  void theReferenceIsVersionZero() throws Exception {
    Path adapter = adapter();
    Run undisturbed = run(GRPO, Optional.of(adapter), FaultHook.NONE);
    List<WeightVersion> expected = undisturbed.versions();
    assertThat(kl(expected.get(1).getMetrics())).isCloseTo(0, within(ROUNDING));
    assertThat(kl(expected.get(UPDATES).getMetrics())).isNotCloseTo(0, within(ROUNDING));
    assertThat(replay(undisturbed)).hasSize(UPDATES).containsOnly(Replay.Verdict.EXACT);

    Run killed = runs.create();
    killed.send(TestRuns.records());
    assertThatThrownBy(
            () ->
                learner(killed, GRPO, Optional.of(adapter), killAt(FaultPoint.COMMITTED, 2)).run())
        .isInstanceOf(Killed.class);
    learner(killed, GRPO, Optional.of(adapter), FaultHook.NONE).run();
    List<WeightVersion> found = killed.versions();
    for (int version = 0; version <= UPDATES; version++) {
      assertThat(found.get(version).getActorSha256())
          .isEqualTo(expected.get(version).getActorSha256());
    }
    assertThat(kl(found.get(UPDATES).getMetrics()))
        .isEqualTo(kl(expected.get(UPDATES).getMetrics()));
  }

  /** A what-if reads the reference that the run did not have; or copies the one that it had. */
  @Test
  void aWhatIfLooksAtVersionZeroToo() throws Exception {
    Run without = run(kl(GRPO, 0), Optional.of(adapter()), FaultHook.NONE);
    assertThat(kl(whatIf(without, c -> kl(c, 0.01)))).isCloseTo(0, within(ROUNDING));
    Run fresh = run(GRPO, Optional.empty(), FaultHook.NONE);
    assertThat(kl(fresh.versions().get(1).getMetrics())).isCloseTo(0, within(ROUNDING));
    assertThat(kl(whatIf(fresh, c -> kl(c, 0.02)))).isCloseTo(0, within(ROUNDING));
  }

  /** A run that an earlier release began is folded to its end as that one folded it. */
  @Test
  void underEarlierFormulasTheReferenceIsTheBase() throws Exception {
    Run now = run(GRPO, Optional.of(adapter()), FaultHook.NONE);
    Run earlier = runs.create(now.data());
    WeightVersion zero = now.versions().get(0);
    zero.setConfig(zero.getConfig().replace("\"mathematics\":3", "\"mathematics\":2"));
    earlier.sendAll(List.of(RecordDigest.sealed(earlier.topics().weights().record("0", zero))));
    assertThat(referenceTensors(now)).isPositive();
    assertThat(referenceTensors(earlier)).isZero();
  }

  /** Of it every recovery reads the reference: the other checkpoints are sound. */
  @Test
  void aDamagedVersionZeroIsNoFaultOfTheOthers() throws Exception {
    Run run = run(GRPO, Optional.empty(), FaultHook.NONE);
    Folders.delete(run.data().resolve("checkpoints/version-0000000000/actor"));
    assertThatThrownBy(() -> learner(run, GRPO, Optional.empty(), FaultHook.NONE).run())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("version-0000000000")
        .hasNoSuppressedExceptions();
    assertThat(new CheckpointStore(run.data()).versions()).hasSizeGreaterThan(1);
  }

  private int referenceTensors(Run run) {
    try (BaseModel base = open(GRPO);
        Weights reference =
            ReferencePolicy.read(run.committed(), new CheckpointStore(run.data()), base)) {
      return reference.tensors().size();
    }
  }

  private Run run(LearnerConfig config, Optional<Path> adapter, FaultHook faults) throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records());
    learner(run, config, adapter, faults).run();
    return run;
  }

  private Learner learner(Run run, LearnerConfig config, Optional<Path> adapter, FaultHook faults) {
    LearnerOptions plain = run.options(UPDATES, faults);
    LearnerOptions options =
        new LearnerOptions(
            plain.kafka(),
            plain.topics(),
            plain.heartbeats(),
            new NewRun(
                plain.newRun().id(), new InitialModel(runs.model(), adapter, Optional.empty())),
            plain.pictures(),
            plain.checkpoints(),
            plain.published(),
            plain.activationBytes(),
            plain.start());
    return new Learner(config, options, open(config), Clock.systemUTC());
  }

  private BaseModel open(LearnerConfig config) {
    return config.network().open(CheckpointFolder.open(runs.model()), TestDevice.get());
  }

  private List<Replay.Verdict> replay(Run run) {
    List<Replay.Verdict> verdicts = new ArrayList<>();
    try (Consumer<byte[], byte[]> reader = new LearnerClients(runs.kafka()).rangeReader("test");
        RecordedRun recorded = run.recorded(reader)) {
      new Replay(recorded, new PublishedActor(run.committed(), reader, run.topics()))
          .run(1, UPDATES, reached -> {}, outcome -> verdicts.add(outcome.verdict()));
    }
    return verdicts;
  }

  /** Metrics of version 1 under another config. */
  private Map<String, Double> whatIf(Run run, UnaryOperator<LearnerConfig> change) {
    List<Map<String, Double>> found = new ArrayList<>();
    try (Consumer<byte[], byte[]> reader = new LearnerClients(runs.kafka()).rangeReader("test");
        RecordedRun recorded = run.recorded(reader)) {
      new WhatIf(recorded, change, record -> record)
          .run(1, 1, reached -> {}, comparison -> found.add(comparison.instead()));
    }
    return found.get(0);
  }

  /** Adapters far from none, as PEFT writes them. */
  private Path adapter() {
    Path target = folder.resolve("adapter");
    Random random = new Random(11);
    try (BaseModel base = open(GRPO);
        Weights fresh = Weights.random(base, Head.LANGUAGE_MODEL, 11)) {
      List<NamedTensor> tensors = new ArrayList<>();
      for (NamedTensor tensor : fresh.toTensors()) {
        float[] values = new float[(int) tensor.spec().elements()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (0.3 * random.nextGaussian());
        }
        tensors.add(new NamedTensor(tensor.spec(), values));
      }
      AdapterWriter.write(
          target,
          AdapterBase.named(runs.model().toString()),
          base.config(),
          base.adapters().orElseThrow(),
          Map.of(),
          tensors);
    }
    return target;
  }

  private static double kl(Map<String, Double> metrics) {
    return metrics.get("kl_reference");
  }

  private static LearnerConfig kl(LearnerConfig c, double coefficient) {
    return ChangedConfig.algorithm(c, c.algorithm().toBuilder().lossKl(coefficient).build());
  }

  private static LearnerConfig adapted(LearnerConfig c) {
    return ChangedConfig.network(
        c, new NetworkSettings(AdapterConfig.of(4, 8), ElementType.F32, 0));
  }
}
