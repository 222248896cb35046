package io.sapo.standalone.experiment;

import java.nio.file.Path;

/**
 * One run.
 *
 * @param tuned value of the tuned key; null where nothing is tuned
 */
record Job(String arm, String tuned, long seed) {

  /** Where it lies below the experiment's folder. */
  Path folder(Path output) {
    String name = (tuned == null ? "" : tuned + "-") + "seed-" + seed;
    return output.resolve("runs").resolve(arm).resolve(name);
  }

  @Override
  public String toString() {
    return arm + (tuned == null ? "" : " " + tuned) + " seed " + seed;
  }
}
