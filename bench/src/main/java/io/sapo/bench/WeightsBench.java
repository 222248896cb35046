package io.sapo.bench;

import ai.djl.Device;
import io.sapo.learner.LearnerClients;
import io.sapo.learner.commit.CommitLog;
import io.sapo.learner.commit.WeightPublisher;
import io.sapo.learner.fault.FaultHook;
import io.sapo.policy.device.Devices;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.TrainableModel;
import io.sapo.producer.weights.WeightFollower;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Versions of a model of 100 million parameters through a broker into a running generation. What is
 * measured ends with the first decode step that uses the new version.
 */
final class WeightsBench implements Bench {
  private static final int WARM_UP_UPDATES = 10;
  private static final int VERSIONS = 8;
  private static final int STEPS_PER_UPDATE = 4;
  private static final double LEARNING_RATE = 1e-6;
  private static final int TOKENS = 48;

  @Override
  public String name() {
    return "weights";
  }

  @Override
  public String about() {
    return "100 M parameters in bf16, actor learning rate 1e-6, from commit to use";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Device device = Devices.open(settings.device());
    BenchModel model = BenchModel.M100;
    try (BenchKafka kafka = new BenchKafka(settings.folder().resolve("broker"));
        TrainableModel actor =
            TrainableModel.of(Weights.random(model.config(), Head.LANGUAGE_MODEL, 1, device))) {
      Topics topics = kafka.topics("bench.");
      Random random = new Random(1);
      for (int i = 0; i < WARM_UP_UPDATES; i++) {
        update(actor, model, random);
      }
      settings.progress().accept("weights: ten updates made");
      try (CommitLog commits = commitLog(kafka, topics);
          WeightFollower follower =
              new WeightFollower(
                  kafka.client(),
                  topics,
                  BaseModel.trainedWhole(model.config(), device),
                  () -> {});
          Rollouts rollouts = new Rollouts(model, device, follower);
          Publication publication = new Publication(commits)) {
        commits.fence();
        follower.start();
        publication.publish(0, actor.weights());
        rollouts.start();
        rollouts.awaitUse(0);
        List<Double> shares = new ArrayList<>();
        List<Double> latencies = new ArrayList<>();
        long whole = publication.bytes;
        for (int version = 1; version <= VERSIONS; version++) {
          rollouts.pause();
          update(actor, model, random);
          rollouts.resume();
          long committed = publication.publish(version, actor.weights());
          latencies.add((rollouts.awaitUse(version) - committed) / 1e6);
          shares.add((double) publication.bytes / (2L * parameters(actor.weights())));
          settings
              .progress()
              .accept(
                  "weights: version %d, %.2f %% of the full size, used after %.0f ms"
                      .formatted(
                          version, 100 * shares.get(version - 1), latencies.get(version - 1)));
        }
        return rows(shares, latencies, rollouts, whole);
      }
    }
  }

  private List<Row> rows(
      List<Double> shares, List<Double> latencies, Rollouts rollouts, long whole) {
    return List.of(
        Row.atMost(
            name(),
            "largest delta / full size, after ten updates",
            shares.stream().mapToDouble(x -> x).max().orElseThrow(),
            "ratio",
            0.04),
        Row.atMost(name(), "commit to first use, median", Medians.of(array(latencies)), "ms", 250),
        Row.atMost(
            name(), "generation stalled by a change, longest", rollouts.longestStallMs(), "ms", 20),
        Row.info(name(), "whole version as published", whole / 1e6, "MB"));
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(x -> x).toArray();
  }

  private static long parameters(Weights weights) {
    return weights.specs().stream().mapToLong(spec -> spec.elements()).sum();
  }

  private static CommitLog commitLog(BenchKafka kafka, Topics topics) {
    return new CommitLog(
        new LearnerClients(kafka.client()).transactional("bench-learner"),
        "bench-learner",
        topics,
        "bench-learner",
        FaultHook.NONE);
  }

  /** As many optimizer steps as an update of the paper takes, on a sequence each. */
  private static void update(TrainableModel actor, BenchModel model, Random random) {
    for (int step = 0; step < STEPS_PER_UPDATE; step++) {
      TokenSequence sequence =
          TokenSequence.text(
              random.ints(TOKENS / 4, 3, model.vocabulary()).toArray(),
              random.ints(TOKENS, 3, model.vocabulary()).toArray());
      try (PolicyForward forward = actor.forward(List.of(sequence), 1)) {
        float[][] gradient = new float[1][TOKENS];
        for (int t = 0; t < TOKENS; t++) {
          gradient[0][t] = (float) random.nextGaussian() / TOKENS;
        }
        forward.backward(gradient, null);
      }
      actor.step(LEARNING_RATE, AdamWConfig.DEFAULT, 1);
    }
  }

  /** The learner's side of a version. */
  private static final class Publication implements AutoCloseable {
    private final CommitLog commits;
    private final WeightPublisher publisher =
        new WeightPublisher(ElementType.BF16, Integer.MAX_VALUE);
    private long bytes;

    Publication(CommitLog commits) {
      this.commits = commits;
    }

    /** Returns the moment of the commit, in nanoseconds. */
    long publish(long version, Weights weights) {
      publisher.stage(version, weights);
      bytes = 0;
      commits.commit(
          out -> publisher.chunks(counted(out)),
          (first, count) -> record(version, first, count),
          List.of(),
          new TreeMap<>());
      long committed = System.nanoTime();
      publisher.committed();
      return committed;
    }

    private Consumer<WeightChunk> counted(Consumer<WeightChunk> out) {
      return chunk -> {
        bytes += chunk.getPayload().remaining();
        out.accept(chunk);
      };
    }

    @Override
    public void close() {
      publisher.close();
    }

    private WeightVersion record(long version, long firstChunk, int chunkCount) {
      return WeightVersion.newBuilder()
          .setVersion(version)
          .setParent(version - 1)
          .setRunId("bench")
          .setCommittedAtMs(0)
          .setInputs(List.of())
          .setTrajectoryPositions(Map.of())
          .setConsumedTotal(0)
          .setTrainedTotal(0)
          .setActorSha256("")
          .setOptimizerSha256("")
          .setKlCoefficient(0)
          .setConfigDigest("")
          .setConfig("{}")
          .setElementType(ElementType.BF16)
          .setAnchor(publisher.anchor())
          .setAnchorVersion(publisher.anchorVersion())
          .setFirstChunkOffset(firstChunk)
          .setChunkCount(chunkCount)
          .setCheckpointVersion(-1)
          .setMetrics(Map.of())
          .build();
    }
  }
}
