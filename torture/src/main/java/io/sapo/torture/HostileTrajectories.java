package io.sapo.torture;

import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * Hostile but well-formed trajectories: each satisfies the schema, most of them every check on a
 * trajectory alone, and aims at something downstream. They are made by changing valid ones.
 */
final class HostileTrajectories {
  static final String TRAINED = "trained";

  /**
   * One of them.
   *
   * @param fate what becomes of it when the sound trajectory would have been trained on: {@link
   *     #TRAINED}, {@code skipped REASON} or {@code refused REASON}
   * @param change what makes a sound trajectory this one
   */
  record Hostile(String name, String fate, Consumer<Trajectory> change) {}

  /** As large as a record with it may be, give or take what surrounds it. */
  private static final int LARGE = 1 << 20;

  private final int maxSequenceTokens;
  private final List<Hostile> all = new ArrayList<>();

  private HostileTrajectories(int maxSequenceTokens) {
    this.maxSequenceTokens = maxSequenceTokens;
  }

  /**
   * @param maxSequenceTokens longest prompt and response that the learner trains on
   */
  static List<Hostile> all(int maxSequenceTokens) {
    HostileTrajectories made = new HostileTrajectories(maxSequenceTokens);
    made.sampling();
    made.lengths();
    made.tokens();
    made.numbers();
    made.versions();
    made.texts();
    made.namesAndTimes();
    made.groups();
    return List.copyOf(made.all);
  }

  private void add(String name, String fate, Consumer<Trajectory> change) {
    all.add(new Hostile(name, fate, change));
  }

  private void sampling() {
    add("greedy", "skipped greedy", sampled(0, 1, 0, 32));
    add("nearly greedy", "skipped out-of-range", sampled(1e-300, 1, 0, 32));
    add("hot", "skipped out-of-range", sampled(1e300, 1, 0, 32));
    add("top-p of nothing", "skipped sampling", sampled(1, 1e-300, 0, 32));
    add("limits without end", TRAINED, sampled(1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
  }

  private void lengths() {
    add("one token", TRAINED, tokens(1));
    add(
        "one token, by length",
        TRAINED,
        tokens(1).andThen(t -> t.setFinishReason(FinishReason.LENGTH)));
    add("as long as it may be", TRAINED, t -> tokens(room(t)).accept(t));
    add("one token too long", "skipped too-long", t -> tokens(room(t) + 1).accept(t));
    add("two hundred thousand tokens", "skipped too-long", tokens(200_000));
    add("many tokens, none above others", "skipped too-long", tokens(30_000).andThen(alike()));
    add("a long prompt", "skipped too-long", t -> t.setPromptTokens(ones(100_000)));
    add("a prompt of one token", TRAINED, t -> t.setPromptTokens(ones(1)));
  }

  private void tokens() {
    add("a token beyond the vocabulary", "skipped vocabulary", responseToken(1 << 24));
    add("the greatest token", "skipped vocabulary", responseToken(Integer.MAX_VALUE));
    add(
        "the greatest token in the prompt",
        "skipped vocabulary",
        t -> t.setPromptTokens(PackedArrays.pack(new int[] {1, Integer.MAX_VALUE})));
    add("the least token throughout", TRAINED, t -> t.setResponseTokens(zeros(count(t))));
  }

  private void numbers() {
    add("certain", TRAINED, logProbs(0));
    add("certain, from below", TRAINED, logProbs(-0.0f));
    add("nearly certain", TRAINED, logProbs(-Float.MIN_VALUE));
    add("more than certain, by rounding", TRAINED, logProbs(9e-4f));
    add("as unlikely as is believed", TRAINED, logProbs(-9_999));
    add("unlikely", "skipped out-of-range", logProbs(-1e30f));
    add("as unlikely as can be", "skipped out-of-range", logProbs(-Float.MAX_VALUE));
    add("no entropy", TRAINED, entropies(0));
    add("all entropy", TRAINED, entropies(Float.MAX_VALUE));
    add("hardly an entropy", TRAINED, entropies(Float.MIN_VALUE));
    add("no token to train on", "refused bad-loss-mask", mask());
    add("the first token alone", TRAINED, mask(0));
    add("the last token alone", TRAINED, mask(-1));
  }

  private void versions() {
    add("of a version to come", "skipped future", version(50_000));
    add("of the last version there can be", "skipped future", version(Long.MAX_VALUE));
    add(
        "begun now, ended in the future",
        TRAINED,
        t ->
            t.setVersions(
                count(t) == 1
                    ? t.getVersions()
                    : List.of(
                        new VersionRun(begun(t), 1),
                        new VersionRun(Long.MAX_VALUE, count(t) - 1))));
    add(
        "a run for each token",
        TRAINED,
        t -> t.setVersions(Collections.nCopies(count(t), new VersionRun(begun(t), 1))));
  }

  private void texts() {
    add("no text", "refused bad-reference", text("", "", "exact"));
    add("a million characters of text", TRAINED, text("x".repeat(LARGE), "x", "exact"));
    add("half a character", TRAINED, text("\ud83d", "\ud83d", "exact"));
    add("an endless answer", TRAINED, text("1", "1".repeat(LARGE), "exact"));
    add("a great number", TRAINED, text("1e308", "1e-308", "numeric"));
    add("a greater number", TRAINED, text("#### " + "9".repeat(100_000), "1", "gsm8k"));
    add("no number", TRAINED, text("NaN", "1", "numeric"));
    add("many answers", TRAINED, text("#### 9\n".repeat(20_000), "9", "gsm8k"));
    add("deep braces", TRAINED, text("\\boxed{".repeat(5_000), "1", "boxed-math"));
    add("a tower", TRAINED, text("\\boxed{9^{9^{9^{9}}}}", "1", "boxed-math"));
    String root = "\\boxed{\\sqrt{10^{-1000}\\pi+10^{-1001}e}}";
    add("a root of next to nothing", TRAINED, text(root, "1", "numeric"));
    String large = "\\boxed{" + "\\tanh(2999.5)+".repeat(30) + "1}";
    add("a function of great numbers", TRAINED, text(large, "1", "numeric"));
    add("a pattern", TRAINED, text("((((a+)+)+)+)+$", "B", "choice"));
    add("a prompt of a megabyte", TRAINED, t -> t.setPrompt("p".repeat(LARGE)));
  }

  private void namesAndTimes() {
    add("a path for a name", TRAINED, t -> t.setTaskId("../../../../etc/passwd"));
    add("a script for a name", TRAINED, t -> t.setProducerId("<script>alert(1)</script>"));
    add("signs for a name", TRAINED, t -> t.setTaskId("\u202e\ud83d\ude00'\";--"));
    add("the least seed", TRAINED, t -> t.setSeed(Long.MIN_VALUE));
    add("begun before all time", TRAINED, t -> t.setStartedAtMs(Long.MIN_VALUE));
    add("ended after all time", TRAINED, t -> t.setFinishedAtMs(Long.MAX_VALUE));
  }

  /** Closed by their deadline. */
  private void groups() {
    add("alone in a group of many", TRAINED, alone(1_024));
    add("half a group", TRAINED, alone(2));
  }

  private static Consumer<Trajectory> sampled(
      double temperature, double topP, int topK, int maxNewTokens) {
    return t -> t.setSampling(new Sampling(temperature, topP, topK, maxNewTokens));
  }

  private static int count(Trajectory t) {
    return t.getResponseTokens().remaining() / Integer.BYTES;
  }

  private int room(Trajectory t) {
    return maxSequenceTokens - t.getPromptTokens().remaining() / Integer.BYTES;
  }

  private static long begun(Trajectory t) {
    return t.getVersions().get(0).getVersion();
  }

  private static ByteBuffer zeros(int count) {
    return PackedArrays.pack(new int[count]);
  }

  private static ByteBuffer ones(int count) {
    int[] tokens = new int[count];
    Arrays.fill(tokens, 1);
    return PackedArrays.pack(tokens);
  }

  private static Consumer<Trajectory> logProbs(float value) {
    return t -> t.setLogProbs(filled(count(t), value));
  }

  private static Consumer<Trajectory> entropies(float value) {
    return t -> t.setEntropies(filled(count(t), value));
  }

  private static Consumer<Trajectory> alike() {
    return entropies(1);
  }

  private static ByteBuffer filled(int count, float value) {
    float[] all = new float[count];
    Arrays.fill(all, value);
    return PackedArrays.pack(all);
  }

  /** Trains these tokens only; -1 is the last. */
  private static Consumer<Trajectory> mask(int... trained) {
    return t -> {
      byte[] mask = new byte[count(t)];
      for (int index : trained) {
        mask[Math.floorMod(index, mask.length)] = 1;
      }
      t.setLossMask(ByteBuffer.wrap(mask));
    };
  }

  /** As many tokens as wanted, each one character of the text. */
  private static Consumer<Trajectory> tokens(int count) {
    return t -> {
      int[] tokens = new int[count];
      int[] ends = new int[count];
      float[] entropies = new float[count];
      for (int i = 0; i < count; i++) {
        tokens[i] = 3 + i % 40;
        ends[i] = i + 1;
        entropies[i] = i % 7;
      }
      t.setResponseTokens(PackedArrays.pack(tokens));
      t.setTokenCharEnds(PackedArrays.pack(ends));
      t.setLogProbs(filled(count, -3));
      t.setEntropies(PackedArrays.pack(entropies));
      t.setResponseText("a".repeat(count));
      t.setVersions(List.of(new VersionRun(begun(t), count)));
    };
  }

  private static Consumer<Trajectory> text(String response, String answer, String verifier) {
    return t -> {
      int[] ends = new int[count(t)];
      Arrays.fill(ends, response.length());
      t.setResponseText(response);
      t.setTokenCharEnds(PackedArrays.pack(ends));
      t.setAnswer(answer);
      t.setVerifier(verifier);
    };
  }

  private static Consumer<Trajectory> version(long number) {
    return t -> t.setVersions(List.of(new VersionRun(number, count(t))));
  }

  private static Consumer<Trajectory> responseToken(int token) {
    return t -> {
      int[] tokens = PackedArrays.ints(t.getResponseTokens());
      tokens[tokens.length / 2] = token;
      t.setResponseTokens(PackedArrays.pack(tokens));
    };
  }

  private static Consumer<Trajectory> alone(int groupSize) {
    return t -> t.setGroupSize(groupSize);
  }
}
