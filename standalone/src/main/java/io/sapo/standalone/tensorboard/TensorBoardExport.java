package io.sapo.standalone.tensorboard;

import io.sapo.standalone.measurements.Measurements;
import io.sapo.standalone.measurements.Measurements.Point;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes what a run has measured: a file of updates and one of evaluations, each a function of its
 * topic alone. Written again, a file grows by what is new.
 */
public final class TensorBoardExport {

  /**
   * What was written.
   *
   * @param updates in the files, earlier ones included, like {@code evaluations}
   * @param bytes that are new
   */
  public record Written(int updates, int evaluations, long bytes) {}

  private TensorBoardExport() {}

  /** Below the folder, in one of its own for each file, as TensorBoard tells runs apart. */
  public static Written write(Measurements measured, Path folder) throws IOException {
    List<Point> updates = measured.updates();
    List<Point> evaluations = measured.evaluations();
    long bytes = grow(folder.resolve("updates"), updates);
    bytes += grow(folder.resolve("evaluations"), evaluations);
    return new Written(updates.size(), evaluations.size(), bytes);
  }

  private static long grow(Path folder, List<Point> points) throws IOException {
    if (points.isEmpty()) {
      return 0;
    }
    long beganMs = points.get(0).atMs();
    Path file = folder.resolve("events.out.tfevents." + beganMs / 1000 + ".sapo");
    return EventFile.grow(file, out -> write(points, out));
  }

  private static void write(List<Point> points, OutputStream out) throws IOException {
    EventRecords records = new EventRecords(out);
    records.begin(points.get(0).atMs());
    for (Point point : points) {
      if (!point.values().isEmpty()) {
        records.scalars(point.atMs(), point.step(), point.values());
      }
    }
  }
}
