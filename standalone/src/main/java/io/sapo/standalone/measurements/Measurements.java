package io.sapo.standalone.measurements;

import io.sapo.schemas.Evaluation;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.kafka.TopicScan;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a run has measured so far, each list a function of its topic alone; later readings only add
 * to them. Of a commit record no more is kept than its metrics.
 *
 * @param first version; null where there is none
 * @param updates a point for each version, in the order of their commits
 */
public record Measurements(WeightVersion first, List<Point> updates, List<Point> evaluations) {

  /**
   * Values of one moment.
   *
   * @param step the version that they are of
   * @param values by name; may be none
   */
  public record Point(long atMs, long step, SortedMap<String, Double> values) {}

  public static Measurements read(TopicScan scan, Topics topics) {
    AtomicReference<WeightVersion> first = new AtomicReference<>();
    PointList updates = new PointList();
    scan.read(
        topics.weights().name(),
        record -> {
          WeightVersion version = topics.weights().codec().decode(record.value());
          first.compareAndSet(null, version);
          updates.add(point(version));
          return false;
        });
    PointList evaluations = new PointList();
    scan.read(
        topics.evaluations().name(),
        record -> {
          evaluations.add(point(topics.evaluations().codec().decode(record.value())));
          return false;
        });
    return new Measurements(first.get(), updates, evaluations);
  }

  /** Of a version's update. */
  public static Point point(WeightVersion version) {
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
