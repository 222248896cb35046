package io.sapo.standalone.tensorboard;

import io.sapo.schemas.Evaluation;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.kafka.TopicScan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes what the topics of a run say was measured: a file of updates and one of evaluations, each
 * a function of its topic alone. Written again, a file grows by what is new.
 */
public final class TensorBoardExport {
  private final TopicScan scan;
  private final Topics topics;

  public TensorBoardExport(TopicScan scan, Topics topics) {
    this.scan = scan;
    this.topics = topics;
  }

  /**
   * What was written.
   *
   * @param updates in the files, earlier ones included, like {@code evaluations}
   * @param bytes that are new
   */
  public record Written(int updates, int evaluations, int bytes) {}

  /** Below the folder, in one of its own for each file, as TensorBoard tells runs apart. */
  public Written write(Path folder) throws IOException {
    List<WeightVersion> versions = new ArrayList<>();
    scan.read(
        topics.weights().name(),
        record -> {
          versions.add(topics.weights().codec().decode(record.value()));
          return false;
        });
    List<Evaluation> evaluations = new ArrayList<>();
    scan.read(
        topics.evaluations().name(),
        record -> {
          evaluations.add(topics.evaluations().codec().decode(record.value()));
          return false;
        });
    int bytes = 0;
    if (!versions.isEmpty()) {
      Path file = file(folder.resolve("updates"), versions.get(0).getCommittedAtMs());
      bytes += EventFile.grow(file, updates(versions));
    }
    if (!evaluations.isEmpty()) {
      Path file = file(folder.resolve("evaluations"), evaluations.get(0).getAtMs());
      bytes += EventFile.grow(file, evaluations(evaluations));
    }
    return new Written(versions.size(), evaluations.size(), bytes);
  }

  private static Path file(Path folder, long beganMs) {
    return folder.resolve("events.out.tfevents." + beganMs / 1000 + ".sapo");
  }

  static byte[] updates(List<WeightVersion> versions) {
    EventRecords records = new EventRecords();
    records.begin(versions.get(0).getCommittedAtMs());
    for (WeightVersion version : versions) {
      SortedMap<String, Double> values = new TreeMap<>();
      version.getMetrics().forEach((name, value) -> values.put("update/" + name, value));
      if (!values.isEmpty()) {
        records.scalars(version.getCommittedAtMs(), version.getVersion(), values);
      }
    }
    return records.toByteArray();
  }

  static byte[] evaluations(List<Evaluation> evaluations) {
    EventRecords records = new EventRecords();
    records.begin(evaluations.get(0).getAtMs());
    for (Evaluation evaluation : evaluations) {
      String drawn = evaluation.getSampling().getTemperature() == 0 ? "greedy" : "sampled";
      String of = "evaluation/" + drawn + "_";
      SortedMap<String, Double> values = new TreeMap<>();
      values.put(of + "accuracy", evaluation.getAccuracy());
      values.put(of + "reward", evaluation.getMeanReward());
      values.put(of + "response_tokens", evaluation.getMeanResponseTokens());
      records.scalars(evaluation.getAtMs(), evaluation.getVersion(), values);
    }
    return records.toByteArray();
  }
}
