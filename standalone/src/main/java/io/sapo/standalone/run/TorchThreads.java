package io.sapo.standalone.run;

import io.sapo.configuration.Origin;
import io.sapo.configuration.Settings;
import io.sapo.policy.device.NativeThreads;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many threads one native operation uses. Part of what a run is: sums are split among threads,
 * so another number gives other last bits.
 */
public final class TorchThreads {
  private static final String KEY = "model.threads";

  private TorchThreads() {}

  /**
   * For a new run on a checkpoint of one's own as many as there are processors, unless somebody has
   * said how many: learner and producers wait for each other at times, and whoever computes then
   * has them all. The run keeps the number. The shipped checkpoint is too small to be shared out.
   */
  public static Settings fit(Settings settings) {
    boolean told = settings.origin(KEY).layer() != Origin.Layer.DEFAULT;
    if (told || settings.optionalPath("model.checkpoint").isEmpty()) {
      return settings;
    }
    int processors = Runtime.getRuntime().availableProcessors();
    return settings.with(
        new TreeMap<>(Map.of(KEY, Integer.toString(processors))),
        new Origin(Origin.Layer.FITTED, "fits the machine: its processors"));
  }

  /** Takes effect when nothing has been computed in this process yet. */
  public static void use(Settings settings) {
    NativeThreads.use(settings.integer(KEY));
  }
}
