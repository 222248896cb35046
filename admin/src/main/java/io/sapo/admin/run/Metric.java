package io.sapo.admin.run;

/** Names of the learner's report that health and the overview single out; others are shown too. */
public final class Metric {
  /** Mean entropy of the sampled tokens, in nats. */
  public static final String ENTROPY = "entropy";

  /** Share of the batch that the verifier judged right. */
  public static final String ACCURACY = "accuracy";

  /** Mean outcome of the batch. */
  public static final String REWARD = "reward";

  /** Divergence of the behaviour policy from the trained one, in nats per token. */
  public static final String KL_BEHAVIOUR = "kl_behaviour";

  /** Divergence of the policy after the update from the one before, in nats per token. */
  public static final String KL_OLD = "kl_old";

  /** Divergence from the reference policy, in nats per token. */
  public static final String KL_REFERENCE = "kl_reference";

  /** Mean absolute difference of sampled and recomputed log-probabilities at equal weights. */
  public static final String LOG_PROB_GAP = "log_prob_gap";

  public static final String LOG_PROB_GAP_AGE = "log_prob_gap_age";

  /** Mean staleness of the records trained on, in versions. */
  public static final String STALENESS_MEAN = "staleness_mean";

  /** 1 where an update, or the rest of it, was skipped. */
  public static final String LEFT_OUT = "left_out";

  private Metric() {}
}
