package io.sapo.learner;

import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.config.BatchSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.learner.config.StepSettings;

/** A config of which one part is another. */
public final class ChangedConfig {
  private ChangedConfig() {}

  public static LearnerConfig algorithm(LearnerConfig c, AlgorithmSettings algorithm) {
    return of(c, algorithm, c.steps(), c.actor(), c.critic(), c.seed());
  }

  public static LearnerConfig steps(LearnerConfig c, StepSettings steps) {
    return of(c, c.algorithm(), steps, c.actor(), c.critic(), c.seed());
  }

  public static LearnerConfig optimizers(
      LearnerConfig c, OptimizerSettings actor, OptimizerSettings critic) {
    return of(c, c.algorithm(), c.steps(), actor, critic, c.seed());
  }

  public static LearnerConfig seed(LearnerConfig c, long seed) {
    return of(c, c.algorithm(), c.steps(), c.actor(), c.critic(), seed);
  }

  public static LearnerConfig batch(LearnerConfig c, BatchSettings batch) {
    return new LearnerConfig(
        c.network(),
        c.algorithm(),
        batch,
        c.steps(),
        c.actor(),
        c.critic(),
        c.seed(),
        c.mathematics());
  }

  public static LearnerConfig network(LearnerConfig c, NetworkSettings network) {
    return new LearnerConfig(
        network,
        c.algorithm(),
        c.batch(),
        c.steps(),
        c.actor(),
        c.critic(),
        c.seed(),
        c.mathematics());
  }

  private static LearnerConfig of(
      LearnerConfig c,
      AlgorithmSettings algorithm,
      StepSettings steps,
      OptimizerSettings actor,
      OptimizerSettings critic,
      long seed) {
    return new LearnerConfig(
        c.network(), algorithm, c.batch(), steps, actor, critic, seed, c.mathematics());
  }
}
