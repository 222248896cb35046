package io.sapo.admin;

import io.sapo.schemas.Credit;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.Evaluation;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.sapo.schemas.WeightVersion;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.apache.commons.codec.digest.DigestUtils;

/** Records like those of a real run. */
public final class SyntheticRecords {
  private final Random random = new Random(7);

  /** Version {@code n}, trained on segments offsets [from, to), the last of which is skipped. */
  WeightVersion version(long n, long from, long to) {
    boolean first = from >= to;
    List<Skipped> skipped =
        first ? List.of() : List.of(new Skipped(to - 1, "too-long: 900 tokens, limit 800", -1L, 1));
    double progress = 1 - Math.exp(-n / 20.0);
    Map<String, Double> metrics = new HashMap<>();
    metrics.put("reward", 0.5 + 0.45 * progress + 0.02 * random.nextGaussian());
    metrics.put("entropy", 0.42 - 0.25 * progress + 0.01 * random.nextGaussian());
    metrics.put("value_loss", 0.12 * (1 - 0.8 * progress));
    metrics.put("explained_variance", 0.7 * progress);
    metrics.put("kl_old", 0.004 + 0.001 * random.nextDouble());
    metrics.put("kl_reference", 0.09 * progress);
    metrics.put("accuracy", 0.5 + 0.45 * progress);
    metrics.put("clip_fraction", 0.03);
    metrics.put("response_tokens", 44 + 5 * progress);
    metrics.put("staleness_max", 1.0);
    metrics.put("staleness_mean", 0.6);
    metrics.put("tokens_per_second", 5200 + 100 * random.nextDouble());
    metrics.put("log_prob_gap", 0.002);
    metrics.put("some_new_metric", (double) n);
    return WeightVersion.newBuilder()
        .setVersion(n)
        .setParent(n - 1)
        .setRunId("run-a")
        .setCommittedAtMs(System.currentTimeMillis())
        .setInputs(
            first
                ? List.of()
                : List.of(new InputRange(0, from, to, (int) (to - from) - 1, skipped)))
        .setTrajectoryPositions(Map.of("0", to, "1", 0L))
        .setConsumedTotal(to)
        .setTrainedTotal(Math.max(0, to - n))
        .setActorSha256(sha256(("actor" + n).getBytes(StandardCharsets.UTF_8)))
        .setCriticSha256(sha256(("critic" + n).getBytes(StandardCharsets.UTF_8)))
        .setOptimizerSha256(sha256(("optimizer" + n).getBytes(StandardCharsets.UTF_8)))
        .setKlCoefficient(0.001)
        .setConfigDigest(n < 3 ? "aaaa" : "bbbb")
        .setConfig(
            "{\"batchSize\":256,\"algorithm\":{\"name\":\"sapo\",\"topKPercent\":"
                + (n < 3 ? 30 : 20)
                + "},\"maxStaleness\":2,\"adminToken\":\"hunter2\"}")
        .setElementType(ElementType.F32)
        .setAnchor(n % 5 == 0)
        .setAnchorVersion(n - n % 5)
        .setFirstChunkOffset(n * 10)
        .setChunkCount(10)
        .setCheckpoint("checkpoints/" + (n - n % 5))
        .setCheckpointVersion(n - n % 5)
        .setMetrics(metrics)
        .build();
  }

  static Evaluation evaluation(long version, double accuracy) {
    return Evaluation.newBuilder()
        .setVersion(version)
        .setSource("figures")
        .setTasks(500)
        .setCorrect((int) (500 * accuracy))
        .setAccuracy(accuracy)
        .setMeanReward(accuracy)
        .setMeanResponseTokens(41)
        .setSampling(new Sampling(0.6, 0.95, 0, 96))
        .setSeed(5)
        .setAtMs(System.currentTimeMillis())
        .build();
  }

  /** Cuts the text into tokens of a few characters, and the tokens at the most uncertain ones. */
  public SegmentedTrajectory segmented(String id, String text, long version, boolean correct) {
    List<Integer> ends = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      at = Math.min(text.length(), at + 1 + random.nextInt(4));
      if (at < text.length() && Character.isLowSurrogate(text.charAt(at))) {
        at++;
      }
      ends.add(at);
    }
    int tokens = ends.size();
    float[] logProbs = new float[tokens];
    float[] entropies = new float[tokens];
    for (int i = 0; i < tokens; i++) {
      entropies[i] = (float) Math.abs(0.4 * random.nextGaussian() + (i % 7 == 0 ? 1 : 0.1));
      logProbs[i] = -entropies[i] * (0.5f + random.nextFloat());
    }
    int[] segmentEnds = topPercent(entropies, 30);
    double[] rewards = new double[segmentEnds.length];
    rewards[rewards.length - 1] = correct ? 1 : 0;
    byte[] picture = picture(id);
    Trajectory trajectory =
        Trajectory.newBuilder()
            .setTrajectoryId(id)
            .setGroupId("group-" + id)
            .setGroupSize(1)
            .setTaskId("figures/train/" + id)
            .setProducerId("producer-1")
            .setPrompt("The bars show apples. How many more are in B than in A? Work step by step.")
            .setPromptTokens(PackedArrays.pack(new int[64]))
            .setPictures(
                List.of(
                    Picture.newBuilder()
                        .setSha256(sha256(picture))
                        .setBytes(ByteBuffer.wrap(picture))
                        .build()))
            .setResponseTokens(PackedArrays.pack(new int[tokens]))
            .setResponseText(text)
            .setTokenCharEnds(
                PackedArrays.pack(ends.stream().mapToInt(Integer::intValue).toArray()))
            .setLogProbs(PackedArrays.pack(logProbs))
            .setEntropies(PackedArrays.pack(entropies))
            .setVersions(
                tokens < 4
                    ? List.of(new VersionRun(version, tokens))
                    : List.of(new VersionRun(version, tokens - 3), new VersionRun(version + 1, 3)))
            .setSampling(new Sampling(1.0, 1.0, 0, 96))
            .setFinishReason(FinishReason.STOP)
            .setAnswer("7")
            .setVerifier("numeric")
            .setSeed(Long.MAX_VALUE)
            .setStartedAtMs(System.currentTimeMillis() - 900)
            .setFinishedAtMs(System.currentTimeMillis())
            .build();
    return SegmentedTrajectory.newBuilder()
        .setTrajectory(trajectory)
        .setSourcePartition(1)
        .setSourceOffset(12)
        .setStrategy("entropy(30%)")
        .setSegmentEnds(PackedArrays.pack(segmentEnds))
        .setSegmentRewards(PackedArrays.pack(rewards))
        .setOutcomeReward(correct ? 1 : 0)
        .setCorrect(correct)
        .setGroupMean(correct ? 1 : 0)
        .setGroupStd(0)
        .setGroupCount(1)
        .setGroupComplete(true)
        .setJudgements(List.of(judgement(correct)))
        .build();
  }

  private static Judgement judgement(boolean correct) {
    return Judgement.newBuilder()
        .setJudge("taste")
        .setVersion("rubric 3")
        .setReward(correct ? 1 : 0)
        .setCorrect(correct)
        .setSegmentRewards(ByteBuffer.allocate(0))
        .setWhy("<b>seven</b> it is")
        .build();
  }

  /** Indices of the tokens of highest entropy, and the last, ascending. */
  static int[] topPercent(float[] entropies, double percent) {
    Integer[] order = new Integer[entropies.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Float.compare(entropies[b], entropies[a]));
    int count = Math.max(1, (int) Math.ceil(percent / 100 * entropies.length));
    TreeSet<Integer> ends = new TreeSet<>();
    ends.addAll(Arrays.asList(order).subList(0, count));
    ends.add(entropies.length - 1);
    return ends.stream().mapToInt(Integer::intValue).toArray();
  }

  Credit credit(SegmentedTrajectory record, long version) {
    int segments = PackedArrays.count(record.getSegmentEnds(), Integer.BYTES);
    float[] values = new float[segments];
    float[] advantages = new float[segments];
    float[] ratios = new float[segments];
    for (int i = 0; i < segments; i++) {
      values[i] = (float) Math.tanh(0.3 + 0.2 * random.nextGaussian());
      advantages[i] = (float) random.nextGaussian();
      ratios[i] = (float) Math.exp(0.05 * random.nextGaussian());
    }
    String id = record.getTrajectory().getTrajectoryId();
    return Credit.newBuilder()
        .setTrajectoryId(id)
        .setVersion(version)
        .setValues(PackedArrays.pack(values))
        .setAdvantages(PackedArrays.pack(advantages))
        .setReturns(PackedArrays.pack(values))
        .setRatios(PackedArrays.pack(ratios))
        .setBehaviourRatios(PackedArrays.pack(ratios))
        .build();
  }

  static byte[] picture(String label) {
    BufferedImage image = new BufferedImage(112, 112, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, 112, 112);
    Random heights = new Random(label.hashCode());
    for (int i = 0; i < 4; i++) {
      g.setColor(Color.getHSBColor(i / 4f, 0.6f, 0.8f));
      int height = 20 + heights.nextInt(80);
      g.fillRect(8 + i * 26, 108 - height, 18, height);
    }
    g.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static String sha256(byte[] bytes) {
    return DigestUtils.sha256Hex(bytes);
  }
}
