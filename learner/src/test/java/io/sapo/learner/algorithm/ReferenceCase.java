package io.sapo.learner.algorithm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One JSON file of reference inputs and outputs, flattened to the layout the learner uses. */
final class ReferenceCase {

  /** As this project and as verl calls them. */
  private static final Map<KlEstimator, List<String>> NAMES =
      Map.of(
          KlEstimator.K1, List.of("k1", "kl"),
          KlEstimator.K2, List.of("k2", "mse"),
          KlEstimator.K3, List.of("k3", "low_var_kl"),
          KlEstimator.ABS, List.of("abs"));

  private final String name;
  private final JsonNode root;
  final Ragged tokens;

  /** Of the responses that have any tokens; the others are no part of {@link #tokens}. */
  private final int[] rows;

  private ReferenceCase(String name, JsonNode root) {
    this.name = name;
    this.root = root;
    int[] lengths = ints(present("/inputs/response_lengths"));
    this.rows = IntStream.range(0, lengths.length).filter(row -> lengths[row] > 0).toArray();
    this.tokens = Ragged.ofLengths(IntStream.of(rows).map(row -> lengths[row]).toArray());
  }

  /** Every case in the folder that -Dsapo.reference.algorithm names, or in the test resources. */
  static List<ReferenceCase> all() throws IOException {
    Path root = folder();
    try (Stream<Path> files = Files.list(root)) {
      List<Path> cases = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      if (cases.isEmpty()) {
        throw new IllegalStateException("no *.json reference case under " + root);
      }
      ObjectMapper json = new ObjectMapper();
      List<ReferenceCase> read = new java.util.ArrayList<>();
      for (Path file : cases) {
        read.add(new ReferenceCase(file.getFileName().toString(), json.readTree(file.toFile())));
      }
      return read;
    }
  }

  private static Path folder() {
    String given = System.getProperty("sapo.reference.algorithm");
    if (given == null || given.isBlank()) {
      return Path.of("src/test/resources/reference/algorithm");
    }
    // Maven runs tests in the module's folder, while who gives a relative path is in the root.
    return Files.exists(Path.of(given)) ? Path.of(given) : Path.of("..").resolve(given);
  }

  double config(String key) {
    return present("/config/" + key).asDouble();
  }

  String configText(String key) {
    return present("/config/" + key).asText();
  }

  double[] input(String key) {
    return flat(present("/inputs/" + key));
  }

  double[] outcomes() {
    JsonNode node = present("/inputs/outcome_reward");
    return IntStream.of(rows).mapToDouble(row -> node.get(row).asDouble()).toArray();
  }

  /** A response without tokens has none that a reward could fall on: it counts with 0. */
  private GroupBaselines groups() {
    int[] groups = groupNumbers();
    double[] outcomes = new double[groups.length];
    double[] given = outcomes();
    for (int i = 0; i < rows.length; i++) {
      outcomes[rows[i]] = given[i];
    }
    GroupBaselines all = CompleteGroups.of(outcomes, groups);
    return new GroupBaselines(
        IntStream.of(rows).map(row -> all.sizes()[row]).toArray(),
        IntStream.of(rows).map(row -> all.counts()[row]).toArray(),
        IntStream.of(rows).mapToDouble(row -> all.means()[row]).toArray(),
        IntStream.of(rows).mapToDouble(row -> all.deviations()[row]).toArray());
  }

  /** One number a group, by what the file calls it. */
  private int[] groupNumbers() {
    JsonNode node = present("/inputs/group");
    Map<String, Integer> numbers = new HashMap<>();
    int[] groups = new int[node.size()];
    for (int i = 0; i < groups.length; i++) {
      int fresh = numbers.size();
      groups[i] = numbers.computeIfAbsent(node.get(i).asText(), name -> fresh);
    }
    return groups;
  }

  /** The width of the matrices, by which public code divides. */
  int[] limits() {
    int width = 0;
    for (JsonNode row : present("/inputs/log_prob")) {
      width = Math.max(width, row.size());
    }
    int[] limits = new int[tokens.rows()];
    Arrays.fill(limits, width);
    return limits;
  }

  /**
   * A loss or gradient of the file times this is one of ours: public code averages over responses
   * without tokens as well, and under seq-mean-token-sum-norm does not average over responses.
   */
  double lossScale() {
    double all = present("/inputs/response_lengths").size();
    return switch (aggregation()) {
      case TOKEN_MEAN -> 1;
      case SEQ_MEAN_TOKEN_SUM, SEQ_MEAN_TOKEN_MEAN -> all / rows.length;
      case SEQ_MEAN_TOKEN_SUM_NORM -> 1.0 / rows.length;
    };
  }

  private Aggregation aggregation() {
    return Aggregation.valueOf(upper(configText("loss_aggregation")));
  }

  /** Under any of its names. */
  double[] expectedKl(KlEstimator estimator) {
    List<String> present =
        NAMES.get(estimator).stream().filter(kl -> root.at("/expected/kl").has(kl)).toList();
    if (present.isEmpty()) {
      throw new IllegalStateException(name + " has no /expected/kl for " + estimator);
    }
    return expected("kl/" + present.get(0));
  }

  private static KlEstimator estimator(String text) {
    return NAMES.entrySet().stream()
        .filter(names -> names.getValue().contains(text.toLowerCase(Locale.ROOT)))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no KL estimator is called " + text));
  }

  double number(String path) {
    return present("/expected/" + path).asDouble();
  }

  double[] expected(String path) {
    return flat(present("/expected/" + path));
  }

  int[][] segmentEnds() {
    JsonNode node = present("/expected/segment_ends");
    return IntStream.of(rows).mapToObj(row -> ints(node.get(row))).toArray(int[][]::new);
  }

  Segmentation cut() {
    return Segmentation.of(tokens, segmentEnds());
  }

  AlgorithmSettings settings(Algorithm algorithm, ValueReading reading) {
    return AlgorithmSettings.of(algorithm).toBuilder()
        .valueReading(reading)
        .gamma(config("gamma"))
        .lambda(config("lambda"))
        .criticLambda(config("lambda"))
        .clip(new Clip(config("clip_low"), config("clip_high"), config("dual_clip_c")))
        .valueClip(config("value_clip"))
        .aggregation(aggregation())
        .rewardKl(KlCoefficient.fixed(algorithm.usesCritic() ? config("kl_coefficient") : 0))
        .rewardKlEstimator(estimator(configText("kl_estimator")))
        .lossKl(0)
        .overlong(Overlong.END)
        .build();
  }

  /** As if the tokens had been sampled from π_old itself. */
  Experience experience() {
    double[] outcome = outcomes();
    return new Experience(
        cut(),
        new Experience.Responses(
            outcome, segmentRewards(), groups(), new boolean[outcome.length], limits()),
        new Experience.Scores(
            input("old_log_prob"),
            input("old_log_prob"),
            input("ref_log_prob"),
            input("token_entropy"),
            input("values"),
            null));
  }

  private double[] segmentRewards() {
    Ragged segments = cut().segments();
    double[] outcome = outcomes();
    double[] rewards = new double[segments.size()];
    for (int row = 0; row < outcome.length; row++) {
      rewards[segments.end(row) - 1] = outcome[row];
    }
    return rewards;
  }

  private double[] flat(JsonNode matrix) {
    double[] flat = new double[tokens.size()];
    for (int row = 0; row < tokens.rows(); row++) {
      for (int t = 0; t < tokens.length(row); t++) {
        flat[tokens.start(row) + t] = matrix.get(rows[row]).get(t).asDouble();
      }
    }
    return flat;
  }

  private JsonNode present(String path) {
    JsonNode node = root.at(path);
    if (node.isMissingNode()) {
      throw new IllegalStateException(name + " has no " + path);
    }
    return node;
  }

  private static int[] ints(JsonNode node) {
    int[] values = new int[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = node.get(i).asInt();
    }
    return values;
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  @Override
  public String toString() {
    return name;
  }
}
