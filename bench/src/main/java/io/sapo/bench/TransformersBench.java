package io.sapo.bench;

import ai.djl.Device;
import io.sapo.command.CommandFailure;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.Retention;
import io.sapo.policy.training.TrainableModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A user's checkpoint on the CPU, against the same work by transformers and peft: forward and
 * backward of an update, and generation.
 */
final class TransformersBench implements Bench {
  private static final int ROUNDS = 2;
  private static final int THOROUGH_ROUNDS = 5;
  private static final int ROWS = 8;
  private static final int PROMPT = 96;
  private static final int RESPONSE = 160;
  private static final float GRADIENT = 1e-3f;

  private static final double FLOAT32_APART = 1e-4;

  /** Eight bits of a number, some hundred roundings on its way. */
  private static final double BFLOAT16_APART = 0.02;

  /** The script's rank and alpha. */
  private static final AdapterConfig ADAPTERS =
      new AdapterConfig(16, 32, false, AdapterConfig.ALL_LINEAR, false);

  private enum Update {
    WHOLE_GROUP(false, true),
    WHOLE_PROMPTS(false, false),
    ADAPTERS_GROUP(true, true),
    ADAPTERS_PROMPTS(true, false);

    private final boolean adapters;
    private final boolean group;

    Update(boolean adapters, boolean group) {
      this.adapters = adapters;
      this.group = group;
    }

    private String part() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Override
  public String name() {
    return "transformers";
  }

  @Override
  public String about() {
    return "a checkpoint's update and generation, against transformers and peft";
  }

  @Override
  public List<String> parts() {
    return Stream.concat(
            TransformersGeneration.parts().stream(),
            Arrays.stream(Update.values()).map(Update::part))
        .toList();
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    if (settings.checkpoint() == null) {
      throw CommandFailure.usage("bench transformers needs --checkpoint DIR");
    }
    CheckpointFolder folder = CheckpointFolder.open(settings.checkpoint());
    ModelConfig config = folder.config().computedIn(settings.precision());
    int rounds = settings.thorough() ? THOROUGH_ROUNDS : ROUNDS;
    List<Row> rows = new ArrayList<>();
    try (TransformersPeer peer = new TransformersPeer(settings)) {
      settings.progress().accept(peer.libraries());
      rows.addAll(new TransformersGeneration(name(), folder, config, peer, settings).rows(rounds));
      for (Update update : Update.values()) {
        if (settings.wants(update.part())) {
          try (BaseModel base = base(folder, config, update.adapters);
              Weights weights = weights(folder, base, update.adapters);
              TrainableModel model = TrainableModel.of(weights)) {
            rows.addAll(update(model, peer, update, rounds));
          }
          settings.progress().accept(update.part() + " measured");
        }
      }
    }
    return rows;
  }

  private static BaseModel base(CheckpointFolder folder, ModelConfig config, boolean adapters) {
    return adapters
        ? BaseModel.adapted(folder, config, ADAPTERS, Device.cpu())
        : BaseModel.trainedWhole(config, Device.cpu());
  }

  private static Weights weights(CheckpointFolder folder, BaseModel base, boolean adapters) {
    if (adapters) {
      return Weights.random(base, Head.LANGUAGE_MODEL, 1);
    }
    try (SafetensorsReader reader = folder.openWeights()) {
      return Weights.read(reader, base, Head.LANGUAGE_MODEL);
    }
  }

  private List<Row> update(TrainableModel model, TransformersPeer peer, Update update, int rounds)
      throws Exception {
    boolean adapters = update.adapters;
    List<TokenSequence> batch = batch(update.group, model.weights().config().vocabSize());
    List<int[]> ids = batch.stream().map(TransformersBench::tokens).toList();
    Map<String, Object> job =
        Map.of("job", "update", "adapters", adapters, "ids", ids, "prompt", PROMPT);
    double tokens = ROWS * (PROMPT + RESPONSE);
    Alternating.Rate theirs = () -> tokens / peer.run(job).get("seconds").asDouble();
    Alternating.Rate ours = () -> tokens / seconds(model, batch);
    ours.measure();
    double apart = Math.abs(logProb(model, batch) - peer.run(job).get("log_prob").asDouble());
    Alternating rates = Alternating.measure(rounds, theirs, ours);
    boolean whole = model.weights().config().computeType() == ElementType.F32;
    double tolerance = whole ? FLOAT32_APART : BFLOAT16_APART;
    String what =
        (adapters ? "adapters, " : "trained whole, ")
            + (update.group ? "one prompt for all" : "each its prompt");
    return List.of(
        Row.atLeast(name(), "update / transformers, " + what, rates.ratio(), "ratio", 1.2),
        Row.info(name(), "update, " + what, rates.candidate(), "tokens/s"),
        Row.atMost(name(), "log-probability a token, apart, " + what, apart, "nats", tolerance));
  }

  /** Mean over all response tokens: whether both compute the same. */
  private static double logProb(TrainableModel model, List<TokenSequence> batch) {
    try (PolicyForward pass = model.forward(batch, 1, Retention.LAYER_INPUTS)) {
      return Arrays.stream(pass.logProbs())
          .flatMapToDouble(row -> IntStream.range(0, row.length).mapToDouble(t -> row[t]))
          .average()
          .orElseThrow();
    }
  }

  private static List<TokenSequence> batch(boolean group, int vocabulary) {
    return IntStream.range(0, ROWS)
        .mapToObj(
            row ->
                TokenSequence.text(
                    tokens(group ? 0 : row, PROMPT, vocabulary),
                    tokens(ROWS + row, RESPONSE, vocabulary)))
        .toList();
  }

  private static int[] tokens(int seed, int count, int vocabulary) {
    return new Random(seed).ints(count, 0, vocabulary).toArray();
  }

  private static int[] tokens(TokenSequence sequence) {
    return IntStream.concat(
            Arrays.stream(sequence.promptTokens()), Arrays.stream(sequence.responseTokens()))
        .toArray();
  }

  private static double seconds(TrainableModel model, List<TokenSequence> batch) {
    float[][] gradients = new float[ROWS][RESPONSE];
    for (float[] row : gradients) {
      Arrays.fill(row, -GRADIENT);
    }
    long begun = System.nanoTime();
    try (PolicyForward pass = model.forward(batch, 1, Retention.EVERYTHING)) {
      pass.logProbs();
      pass.backward(gradients, null);
    }
    double seconds = Medians.seconds(begun);
    model.discardGradients();
    return seconds;
  }
}
