package io.sapo.learner.algorithm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** One JSON file of reference inputs and outputs, flattened to the layout the learner uses. */
final class ReferenceCase {

  private final String name;
  private final JsonNode root;
  final Ragged tokens;

  private ReferenceCase(String name, JsonNode root) {
    this.name = name;
    this.root = root;
    this.tokens = Ragged.ofLengths(ints(root.at("/inputs/response_lengths")));
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

  double[] perResponse(String key) {
    JsonNode node = present("/inputs/" + key);
    double[] values = new double[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = node.get(i).asDouble();
    }
    return values;
  }

  /** One number a group, by what the file calls it. */
  int[] groups() {
    JsonNode node = present("/inputs/group");
    Map<String, Integer> numbers = new HashMap<>();
    int[] groups = new int[node.size()];
    for (int i = 0; i < groups.length; i++) {
      int fresh = numbers.size();
      groups[i] = numbers.computeIfAbsent(node.get(i).asText(), name -> fresh);
    }
    return groups;
  }

  /** Greatest lengths of the responses, of which nothing here depends. */
  int[] limits() {
    return new int[tokens.rows()];
  }

  double number(String path) {
    return present("/expected/" + path).asDouble();
  }

  double[] expected(String path) {
    return flat(present("/expected/" + path));
  }

  int[][] segmentEnds() {
    JsonNode node = present("/expected/segment_ends");
    int[][] ends = new int[node.size()][];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = ints(node.get(i));
    }
    return ends;
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
        .aggregation(Aggregation.valueOf(upper(configText("loss_aggregation"))))
        .rewardKl(KlCoefficient.fixed(algorithm.usesCritic() ? config("kl_coefficient") : 0))
        .rewardKlEstimator(KlEstimator.valueOf(upper(configText("kl_estimator"))))
        .lossKl(0)
        .overlong(Overlong.END)
        .build();
  }

  /** As if the tokens had been sampled from π_old itself. */
  Experience experience() {
    double[] outcome = perResponse("outcome_reward");
    return new Experience(
        cut(),
        new Experience.Responses(
            outcome,
            segmentRewards(),
            CompleteGroups.of(outcome, groups()),
            new boolean[outcome.length],
            limits()),
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
    double[] outcome = perResponse("outcome_reward");
    double[] rewards = new double[segments.size()];
    for (int row = 0; row < outcome.length; row++) {
      rewards[segments.end(row) - 1] = outcome[row];
    }
    return rewards;
  }

  private double[] flat(JsonNode rows) {
    double[] flat = new double[tokens.size()];
    for (int row = 0; row < tokens.rows(); row++) {
      for (int t = 0; t < tokens.length(row); t++) {
        flat[tokens.start(row) + t] = rows.get(row).get(t).asDouble();
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
