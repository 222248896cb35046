package io.sapo.learner.fold;

/** Trajectories that went forward through each network for one update. For one thread. */
final class PassCount {
  private long actor;
  private long reference;
  private long critic;

  void actor(TokenAxis micro) {
    actor += micro.examples().size();
  }

  void reference(TokenAxis micro) {
    reference += micro.examples().size();
  }

  void critic(TokenAxis micro) {
    critic += micro.examples().size();
  }

  /** As passes of the whole batch. */
  void report(Metrics metrics, int batchSize) {
    metrics.put("passes_actor", (double) actor / batchSize);
    metrics.put("passes_reference", (double) reference / batchSize);
    metrics.put("passes_critic", (double) critic / batchSize);
  }
}
