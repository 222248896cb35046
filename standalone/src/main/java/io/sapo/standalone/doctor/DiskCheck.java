package io.sapo.standalone.doctor;

import io.sapo.configuration.Settings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.standalone.plan.Machine;
import io.sapo.standalone.plan.Planner;
import io.sapo.standalone.plan.Records;
import io.sapo.standalone.plan.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/** Whether the disk under a run's folder holds what the run will keep there. */
final class DiskCheck {
  private static final String CHECK = "disk";

  /** Where nothing is known of the model. */
  private static final long NEEDED = 2L << 30;

  private final Settings settings;
  private final Path checkpoint;

  DiskCheck(Settings settings, Path checkpoint) {
    this.settings = settings;
    this.checkpoint = checkpoint;
  }

  Finding examine() {
    Path folder = settings.optionalPath("run.data").orElse(Path.of("data")).toAbsolutePath();
    while (!Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (!Files.isWritable(folder)) {
      return Finding.failed(CHECK, folder + " cannot be written; choose another run.data");
    }
    try {
      return of(folder, Files.getFileStore(folder).getUsableSpace());
    } catch (IOException e) {
      return Finding.failed(CHECK, folder + ": " + e.getMessage());
    }
  }

  /**
   * @param free bytes
   */
  Finding of(Path folder, long free) {
    String detail = Units.bytes(free) + " free at " + folder;
    Optional<Records> records = records();
    if (records.isEmpty()) {
      return free >= NEEDED
          ? Finding.ok(CHECK, detail)
          : Finding.warning(CHECK, detail + "; a long run may need more");
    }
    boolean broker = settings.optionalText("kafka.bootstrap-servers").isEmpty();
    long needed = records.get().disk(broker);
    if (free >= needed) {
      return Finding.ok(CHECK, detail);
    }
    return Finding.warning(
        CHECK,
        "%s; checkpoints of this model take up to %s%s: a long run may need %s and its records beside that (sapo plan)"
            .formatted(
                detail,
                Units.bytes(records.get().checkpointsKept()),
                broker ? ", published versions " + Units.bytes(records.get().versionsKept()) : "",
                Units.bytes(needed)));
  }

  /** Empty where the checkpoint cannot be read, of which another check says why. */
  private Optional<Records> records() {
    try {
      CheckpointFolder model = CheckpointFolder.open(checkpoint);
      Planner planner = new Planner(settings, model.config(), model.storedType(), Machine.here());
      return Optional.of(planner.plan(OptionalDouble.empty()).records());
    } catch (InvalidCheckpointException e) {
      return Optional.empty();
    }
  }
}
