package io.sapo.learner;

import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.config.BatchSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.learner.config.StepSettings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** A model, a config and recorded trajectories small enough to train in milliseconds. */
public final class TinyRun {

  public static final int VOCABULARY = 48;

  private static final String CONFIG =
      """
      {"model_type": "qwen2", "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 48,
       "max_position_embeddings": 128, "num_attention_heads": 4, "num_hidden_layers": 2,
       "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "eos_token_id": 2,
       "initializer_range": 0.05, "tie_word_embeddings": true, "vocab_size": 48,
       "torch_dtype": "float32"}
      """;

  private TinyRun() {}

  public static ModelConfig model() {
    return ModelConfig.parse(CONFIG);
  }

  /** A Hugging Face folder with seeded random weights. */
  public static Path modelFolder(Path folder) {
    try (Weights weights = weights()) {
      CheckpointFolder.write(
          folder,
          Map.of("config.json", CONFIG.getBytes(StandardCharsets.UTF_8)),
          weights.tensors(),
          ElementType.F32);
    }
    return folder;
  }

  public static BaseModel base() {
    return BaseModel.trainedWhole(model(), TestDevice.get());
  }

  public static Weights weights() {
    return Weights.random(model(), Head.LANGUAGE_MODEL, 5, TestDevice.get());
  }

  /** Batches of 8 in mini-batches of 4. */
  public static LearnerConfig config(Algorithm algorithm) {
    OptimizerSettings optimizer =
        new OptimizerSettings(3e-3, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT);
    return new LearnerConfig(
        NetworkSettings.WHOLE,
        AlgorithmSettings.of(algorithm),
        new BatchSettings(8, 64, 1, 0),
        new StepSettings(4, 96, 1, 0),
        optimizer,
        optimizer,
        7,
        LearnerConfig.MATHEMATICS);
  }

  /** One partition, read from the given offset. */
  public static SortedMap<Integer, Long> positions(long from) {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    positions.put(0, from);
    return positions;
  }

  /** Enough trajectories for the given updates, none of them stale. */
  public static List<SegmentedTrajectory> trajectories(int updates, int batchSize, long seed) {
    Random random = new Random(seed);
    List<SegmentedTrajectory> records = new ArrayList<>();
    for (int i = 0; i < updates * batchSize; i++) {
      int version = i / batchSize;
      records.add(trajectory(i, Math.max(0, version - i % 2), random));
    }
    return records;
  }

  /** Rewarded for even tokens. */
  public static SegmentedTrajectory trajectory(int number, long version, Random random) {
    int tokens = 3 + random.nextInt(14);
    int[] prompt = random.ints(4 + random.nextInt(6), 3, VOCABULARY).toArray();
    int[] response = random.ints(tokens, 3, VOCABULARY).toArray();
    float[] logProbs = new float[tokens];
    float[] entropies = new float[tokens];
    int even = 0;
    for (int t = 0; t < tokens; t++) {
      logProbs[t] = (float) -(Math.log(VOCABULARY) + 0.2 * random.nextGaussian());
      entropies[t] = (float) (3 + random.nextDouble());
      even += response[t] % 2 == 0 ? 1 : 0;
    }
    double reward = (double) even / tokens;
    int[] ends = tokens > 6 ? new int[] {2, 5, tokens - 1} : new int[] {tokens - 1};
    double[] rewards = new double[ends.length];
    rewards[rewards.length - 1] = reward;
    return SegmentedTrajectory.newBuilder()
        .setTrajectory(trajectory(number, version, prompt, response, logProbs, entropies))
        .setSourcePartition(number % 4)
        .setSourceOffset(number / 4)
        .setStrategy("entropy(30%)")
        .setSegmentEnds(PackedArrays.pack(ends))
        .setSegmentRewards(PackedArrays.pack(rewards))
        .setOutcomeReward(reward)
        .setCorrect(reward > 0.5)
        .setGroupMean(0.5)
        .setGroupStd(0.25)
        .setGroupCount(4)
        .setGroupComplete(true)
        .build();
  }

  private static Trajectory trajectory(
      int number, long version, int[] prompt, int[] response, float[] logProbs, float[] entropies) {
    return Trajectory.newBuilder()
        .setTrajectoryId("t" + number)
        .setGroupId("g" + number / 4)
        .setGroupSize(4)
        .setTaskId("task" + number / 4)
        .setProducerId("p")
        .setPrompt("")
        .setPromptTokens(PackedArrays.pack(prompt))
        .setPictures(List.of())
        .setResponseTokens(PackedArrays.pack(response))
        .setResponseText("")
        .setTokenCharEnds(PackedArrays.pack(new int[response.length]))
        .setLogProbs(PackedArrays.pack(logProbs))
        .setEntropies(PackedArrays.pack(entropies))
        .setVersions(List.of(new VersionRun(version, response.length)))
        .setSampling(new Sampling(1.0, 1.0, 0, 32))
        .setFinishReason(FinishReason.STOP)
        .setAnswer("")
        .setVerifier("exact")
        .setSeed(number)
        .setStartedAtMs(0)
        .setFinishedAtMs(1)
        .build();
  }
}
