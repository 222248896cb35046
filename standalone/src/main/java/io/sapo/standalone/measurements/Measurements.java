package io.sapo.standalone.measurements;

import io.sapo.schemas.Evaluation;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.kafka.TopicScan;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a run has measured so far, each list a function of its topic alone; later readings only add
 * to them.
 *
 * @param versions in the order of their commits
 */
public record Measurements(List<WeightVersion> versions, List<Point> evaluations) {

  public Measurements {
    versions = List.copyOf(versions);
    evaluations = List.copyOf(evaluations);
  }

  /**
   * Values of one moment.
   *
   * @param step the version that they are of
   * @param values by name; may be none
   */
  public record Point(long atMs, long step, SortedMap<String, Double> values) {}

  public static Measurements read(TopicScan scan, Topics topics) {
    List<WeightVersion> versions = new ArrayList<>();
    scan.read(
        topics.weights().name(),
        record -> {
          versions.add(topics.weights().codec().decode(record.value()));
          return false;
        });
    List<Point> evaluations = new ArrayList<>();
    scan.read(
        topics.evaluations().name(),
        record -> {
          evaluations.add(point(topics.evaluations().codec().decode(record.value())));
          return false;
        });
    return new Measurements(versions, evaluations);
  }

  /** Of each version in turn. */
  public List<Point> updates() {
    return versions.stream().map(Measurements::point).toList();
  }

  private static Point point(WeightVersion version) {
    SortedMap<String, Double> values = new TreeMap<>();
    version.getMetrics().forEach((name, value) -> values.put("update/" + name, value));
    return new Point(version.getCommittedAtMs(), version.getVersion(), values);
  }

  private static Point point(Evaluation evaluation) {
    String drawn = evaluation.getSampling().getTemperature() == 0 ? "greedy" : "sampled";
    String of = "evaluation/" + drawn + "_";
    SortedMap<String, Double> values = new TreeMap<>();
    values.put(of + "accuracy", evaluation.getAccuracy());
    values.put(of + "reward", evaluation.getMeanReward());
    values.put(of + "response_tokens", evaluation.getMeanResponseTokens());
    return new Point(evaluation.getAtMs(), evaluation.getVersion(), values);
  }
}
