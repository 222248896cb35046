package io.sapo.standalone.run;

import io.sapo.standalone.config.Settings;

/**
 * How many threads one native operation uses. Part of what a run is: sums are split among threads,
 * so another number gives other last bits.
 */
public final class TorchThreads {
  private static final String PROPERTY = "ai.djl.pytorch.num_threads";

  private TorchThreads() {}

  /** Takes effect when nothing has been computed in this process yet. */
  public static void use(Settings settings) {
    use(settings.integer("model.threads"));
  }

  /** As {@link #use(Settings)}. */
  public static void use(int threads) {
    System.setProperty(PROPERTY, Integer.toString(threads));
  }
}
