package io.sapo.standalone.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.learner.algorithm.ValueReading;
import io.sapo.schemas.Credit;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.kafka.TopicScan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a finished run's topics, with a broker on its data. */
final class ResultReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ResultReader() {}

  static RunResult read(Job job, Path folder, Path summary, double seconds) throws IOException {
    JsonNode after = JSON.readTree(summary.toFile());
    RunFolder run = new RunFolder(folder);
    Settings settings = new ConfigLoader().run(run.settings()).load();
    try (KafkaAccess kafka = KafkaAccess.open(settings, run);
        TopicScan scan = new TopicScan(kafka.client())) {
      SortedMap<Long, Map<String, Double>> metrics = metrics(scan, kafka.topics());
      ValueReading reading = settings.constant("learner.value-reading", ValueReading.class);
      CreditTruth truth =
          truth(scan, kafka.topics(), reading, metrics.isEmpty() ? 0 : metrics.lastKey());
      return new RunResult(
          job.arm(),
          job.seed(),
          job.tuned(),
          points(metrics),
          number(after, "accuracy_before"),
          number(after, "accuracy_after"),
          truth.stepsRight(),
          truth.summary(),
          seconds);
    }
  }

  private static Double number(JsonNode node, String key) {
    return node.path(key).isNumber() ? node.path(key).asDouble() : null;
  }

  private static SortedMap<Long, Map<String, Double>> metrics(TopicScan scan, Topics topics) {
    SortedMap<Long, Map<String, Double>> metrics = new TreeMap<>();
    scan.read(
        topics.weights().name(),
        record -> {
          WeightVersion version = topics.weights().codec().decode(record.value());
          if (version.getVersion() > 0) {
            Map<String, Double> of = new TreeMap<>(version.getMetrics());
            accuracy(version).ifPresent(accuracy -> of.put("accuracy", accuracy));
            metrics.put(version.getVersion(), of);
          }
          return false;
        });
    return metrics;
  }

  /**
   * Of all responses that were read for a version: those of groups that were dropped because they
   * were all right, or all wrong, too. Empty where none was counted.
   */
  static OptionalDouble accuracy(WeightVersion version) {
    long responses = 0;
    long right = 0;
    for (TaskOutcome outcome : version.getOutcomes()) {
      responses += outcome.getResponses();
      right += outcome.getRight();
    }
    return responses == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) right / responses);
  }

  /**
   * @param metrics by version; one that was made of nothing, so that weights are published again,
   *     has no batch and gives no point
   */
  static List<RunResult.Point> points(SortedMap<Long, Map<String, Double>> metrics) {
    List<RunResult.Point> points = new ArrayList<>();
    double tokens = 0;
    for (Map.Entry<Long, Map<String, Double>> update : metrics.entrySet()) {
      Map<String, Double> m = update.getValue();
      if (!m.containsKey("trained")) {
        continue;
      }
      tokens += m.get("response_tokens") * (m.get("trained") + m.get("skipped"));
      points.add(
          new RunResult.Point(
              update.getKey(),
              tokens,
              m.get("accuracy"),
              m.getOrDefault("entropy", Double.NaN),
              m.get("response_tokens"),
              m.getOrDefault("value_loss", Double.NaN),
              m.getOrDefault("explained_variance", Double.NaN),
              m.get("staleness_mean"),
              m.getOrDefault("off_policy_ess", Double.NaN)));
    }
    return points;
  }

  private static CreditTruth truth(TopicScan scan, Topics topics, ValueReading reading, long last) {
    Map<String, Credit> credits = new HashMap<>();
    scan.read(
        topics.credits().name(),
        record -> {
          Credit credit = topics.credits().codec().decode(record.value());
          credits.put(credit.getTrajectoryId(), credit);
          return false;
        });
    CreditTruth truth = new CreditTruth(reading);
    scan.read(
        topics.segments().name(),
        record -> {
          SegmentedTrajectory segmented = topics.segments().codec().decode(record.value());
          Credit credit = credits.get(segmented.getTrajectory().getTrajectoryId());
          if (credit != null) {
            truth.add(
                segmented,
                4 * credit.getVersion() > 3 * last,
                PackedArrays.floats(credit.getAdvantages()),
                credit.getValues() == null ? null : PackedArrays.floats(credit.getValues()));
          }
          return false;
        });
    return truth;
  }
}
