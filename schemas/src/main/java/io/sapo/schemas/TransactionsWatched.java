package io.sapo.schemas;

/**
 * What heartbeats of segmenters, which abort transactions that hang, say of those that they could
 * not abort.
 */
public final class TransactionsWatched {
  /** How many hang; absent where the segmenter may not look for them. */
  public static final String GAUGE = "hanging_transactions";

  /** Of one of them, where it hangs and what to do; or why the segmenter cannot look. */
  public static final String INFO = "hanging transactions";

  private TransactionsWatched() {}
}
