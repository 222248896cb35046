package io.sapo.policy.device;

/** How many threads one native operation uses. */
public final class NativeThreads {
  private static final String PROPERTY = "ai.djl.pytorch.num_threads";

  private NativeThreads() {}

  /** Takes effect when nothing has been computed in this process yet. */
  public static void use(int threads) {
    System.setProperty(PROPERTY, Integer.toString(threads));
  }
}
