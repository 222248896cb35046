package io.sapo.bench;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.schemas.Task;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Responses of a checkpoint with 32 slots, against {@code generate} in batches of 32: answers to
 * word problems that end where the model ends them, as rollouts do, and responses that are all of
 * the same length.
 */
final class TransformersGeneration {
  private static final String PROBLEMS = "word-problems.txt";
  private static final String ANSWERS = "answers";
  private static final String EQUAL_LENGTHS = "equal-lengths";
  private static final int SLOTS = 32;
  private static final int EACH = 4;
  private static final int LONGEST = 256;
  private static final int PROMPT = 96;
  private static final int FULL = 128;
  private static final int STEPS_PER_CALL = 8;

  private final String bench;
  private final CheckpointFolder folder;
  private final ModelConfig config;
  private final TransformersPeer peer;
  private final BenchSettings settings;
  private long seed;

  TransformersGeneration(
      String bench,
      CheckpointFolder folder,
      ModelConfig config,
      TransformersPeer peer,
      BenchSettings settings) {
    this.bench = bench;
    this.folder = folder;
    this.config = config;
    this.peer = peer;
    this.settings = settings;
  }

  static List<String> parts() {
    return List.of(ANSWERS, EQUAL_LENGTHS);
  }

  List<Row> rows(int rounds) throws Exception {
    try (CheckpointProfile profile = CheckpointProfile.open(folder, ProfileSettings.DEFAULT);
        SafetensorsReader reader = folder.openWeights();
        Weights weights = Weights.read(reader, config, Head.LANGUAGE_MODEL, Device.cpu())) {
      List<Row> rows = new ArrayList<>();
      if (settings.wants(ANSWERS)) {
        rows.addAll(
            rows(
                profile,
                weights,
                "answers to word problems",
                new Work(problems(profile), LONGEST, false),
                2.5,
                (rounds + 1) / 2));
        settings.progress().accept("generation of answers measured");
      }
      if (settings.wants(EQUAL_LENGTHS)) {
        rows.addAll(
            rows(profile, weights, "equal lengths", new Work(random(), FULL, true), null, rounds));
        settings.progress().accept("generation of equal lengths measured");
      }
      return rows;
    }
  }

  private List<TokenSequence> random() {
    int vocabulary = folder.config().vocabSize();
    return IntStream.range(0, SLOTS)
        .mapToObj(row -> new Random(row).ints(PROMPT, 0, vocabulary).toArray())
        .map(prompt -> TokenSequence.text(prompt, new int[0]))
        .toList();
  }

  /**
   * @param full whether no response ends before its longest
   */
  private record Work(List<TokenSequence> prompts, int longest, boolean full) {
    Map<String, Object> job(List<Integer> stop) {
      return Map.of(
          "job",
          "generate",
          "prompts",
          prompts.stream().map(TokenSequence::promptTokens).toList(),
          "slots",
          SLOTS,
          "longest",
          longest,
          "stop",
          stop,
          "full",
          full);
    }
  }

  /**
   * @param bar of the ratio; null where it explains another
   */
  private List<Row> rows(
      CheckpointProfile profile, Weights weights, String what, Work work, Double bar, int rounds)
      throws Exception {
    List<Integer> stop = profile.stopTokens();
    int longest = work.prompts().stream().mapToInt(TokenSequence::length).max().orElseThrow();
    List<Integer> never = new ArrayList<>(profile.unspeakableTokens());
    if (work.full()) {
      never.addAll(stop);
    }
    GeneratorOptions options =
        new GeneratorOptions(SLOTS, longest + work.longest(), STEPS_PER_CALL, never, stop);
    try (Generator generator = Generator.load(config, options, Device.cpu())) {
      Map<String, Object> job = work.job(stop);
      List<Double> tokens = new ArrayList<>();
      Alternating rates =
          Alternating.measure(
              rounds,
              () -> {
                JsonNode result = peer.run(job);
                return result.get("tokens").asDouble() / result.get("seconds").asDouble();
              },
              () -> ours(generator, weights, work, tokens));
      String metric = "generation / transformers, " + what;
      return List.of(
          bar == null
              ? Row.info(bench, metric, rates.ratio(), "ratio")
              : Row.atLeast(bench, metric, rates.ratio(), "ratio", bar),
          Row.info(bench, "generation, " + what, rates.candidate(), "tokens/s"),
          Row.info(
              bench,
              "mean length, " + what,
              Medians.of(tokens.stream().mapToDouble(t -> t / work.prompts().size()).toArray()),
              "tokens"));
    }
  }

  /** Tokens a second. */
  private double ours(Generator generator, Weights weights, Work work, List<Double> tokens) {
    Queue<TokenSequence> waiting = new ArrayDeque<>(work.prompts());
    long count = 0;
    long begun = System.nanoTime();
    while (!waiting.isEmpty() || generator.running() > 0) {
      while (!waiting.isEmpty() && generator.freeSlots() > 0) {
        generator.submit(
            new GenerationRequest("r", waiting.remove(), Sampling.at(1, work.longest()), seed++));
      }
      for (Generation finished : generator.advance(weights, 0)) {
        count += finished.tokens().length;
      }
    }
    tokens.add((double) count);
    return count / Medians.seconds(begun);
  }

  /** Each problem as often as a group has responses,. */
  private List<TokenSequence> problems(CheckpointProfile profile)
      throws IOException, PromptRefusedException {
    PromptBuilder builder =
        new PromptBuilder(
            profile, folder.config().decoder().maxPositions(), PictureSettings.INLINE);
    List<TokenSequence> prompts = new ArrayList<>();
    for (String problem : lines()) {
      prompts.addAll(Collections.nCopies(EACH, builder.build(task(problem))));
    }
    return prompts;
  }

  private static Task task(String problem) {
    return Task.newBuilder()
        .setTaskId("problem")
        .setSource(PROBLEMS)
        .setPrompt(problem)
        .setPictures(List.of())
        .setAnswer("")
        .setVerifier("")
        .build();
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = TransformersGeneration.class.getResourceAsStream(PROBLEMS)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
