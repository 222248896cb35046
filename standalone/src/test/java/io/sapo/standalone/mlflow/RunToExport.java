package io.sapo.standalone.mlflow;

import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.measurements.Measurements;
import io.sapo.standalone.measurements.Measurements.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A run as its topics have it. */
final class RunToExport {
  static final long BEGAN_MS = 1_700_000_000_000L;

  private RunToExport() {}

  /** Versions 0 to {@code newest}, an evaluation at every third. */
  static Measurements upTo(int newest) {
    List<Point> updates = new ArrayList<>();
    List<Point> evaluations = new ArrayList<>();
    for (int version = 0; version <= newest; version++) {
      updates.add(Measurements.point(version(version)));
      if (version % 3 == 0) {
        evaluations.add(
            new Point(
                BEGAN_MS + 1_000L * version + 500,
                version,
                new TreeMap<>(Map.of("evaluation/sampled_accuracy", version / 100.0))));
      }
    }
    return new Measurements(version(0), updates, evaluations);
  }

  private static WeightVersion version(int number) {
    Map<String, Double> metrics =
        number == 0
            ? Map.of()
            : Map.of("reward", number / 7.0, "loss", -1e-30 * number, "odd", Double.NaN);
    return WeightVersion.newBuilder()
        .setVersion(number)
        .setParent(number - 1)
        .setRunId("run-5")
        .setCommittedAtMs(BEGAN_MS + 1_000L * number)
        .setInputs(List.of())
        .setTrajectoryPositions(Map.of())
        .setConsumedTotal(0)
        .setTrainedTotal(0)
        .setActorSha256("")
        .setOptimizerSha256("")
        .setKlCoefficient(0)
        .setConfigDigest("")
        .setConfig("{\"algorithm\": {\"name\": \"sapo\", \"gamma\": 1.0}, \"batchSize\": 8}")
        .setElementType(ElementType.F32)
        .setAnchor(true)
        .setAnchorVersion(number)
        .setFirstChunkOffset(0)
        .setChunkCount(1)
        .setCheckpointVersion(-1)
        .setMetrics(metrics)
        .build();
  }
}
