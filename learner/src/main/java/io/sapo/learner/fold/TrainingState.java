package io.sapo.learner.fold;

import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.policy.network.Weights;
import io.sapo.policy.training.TrainableModel;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Everything the next update depends on besides batch and config. {@link Update} moves it forward
 * in place; when that fails half way the state is void and must be rebuilt by recovery.
 *
 * <p>Random numbers are drawn from (seed, version), so the version is also the random counter.
 *
 * <p>Owns its networks. For one thread.
 */
public final class TrainingState implements AutoCloseable {

  private final TrainableModel actor;
  private final TrainableModel critic;
  private final Weights reference;
  private double klCoefficient;
  private Progress progress;

  /**
   * Takes all three over.
   *
   * @param critic null for an algorithm without one
   * @param reference weights of version 0, never trained; null where no KL term looks at them
   */
  public TrainingState(
      TrainableModel actor,
      TrainableModel critic,
      Weights reference,
      double klCoefficient,
      Progress progress) {
    this.actor = actor;
    this.critic = critic;
    this.reference = reference;
    this.klCoefficient = klCoefficient;
    this.progress = progress;
  }

  /**
   * Version 0. The critic has the actor's body and a head of zeros.
   *
   * @param weights taken over, also when this fails
   */
  public static TrainingState initial(Weights weights, AlgorithmSettings settings) {
    return initial(weights, null, settings);
  }

  /**
   * Version 0 with a critic of its own.
   *
   * @param weights taken over, also when this fails
   * @param given taken over too; null for the actor's body and a head of zeros
   */
  public static TrainingState initial(Weights weights, Weights given, AlgorithmSettings settings) {
    Weights critic = given;
    Weights reference = null;
    try {
      if (given == null && settings.usesCritic()) {
        critic = Weights.criticFrom(weights);
      }
      reference = settings.usesReference() ? Weights.referenceFrom(weights) : null;
    } catch (RuntimeException e) {
      weights.close();
      closeIfAny(critic);
      throw e;
    }
    return of(weights, critic, reference, settings.rewardKl().initial(), Progress.start());
  }

  /** Takes the weights over, also when this fails; optimizers start without moments. */
  public static TrainingState of(
      Weights actor, Weights critic, Weights reference, double klCoefficient, Progress progress) {
    TrainableModel actorModel = null;
    try {
      actorModel = TrainableModel.of(actor);
      TrainableModel criticModel = critic == null ? null : TrainableModel.of(critic);
      return new TrainingState(actorModel, criticModel, reference, klCoefficient, progress);
    } catch (RuntimeException e) {
      closeIfAny(actorModel);
      if (actorModel == null) {
        closeIfAny(critic);
      }
      closeIfAny(reference);
      throw e;
    }
  }

  public TrainableModel actor() {
    return actor;
  }

  /** Null without a critic. */
  public TrainableModel critic() {
    return critic;
  }

  /** Null where no KL term looks at it. */
  public Weights reference() {
    return reference;
  }

  public double klCoefficient() {
    return klCoefficient;
  }

  public Progress progress() {
    return progress;
  }

  public long version() {
    return progress.version();
  }

  /** The same version on a log that holds nothing yet: what a fork begins with. */
  public void startAnew() {
    progress = new Progress(version(), new TreeMap<>(), new TreeMap<>(), 0, 0);
  }

  void advance(double nextKlCoefficient, Progress next) {
    klCoefficient = nextKlCoefficient;
    progress = next;
  }

  public StateHashes hashes() {
    return new StateHashes(
        actor.weights().sha256(),
        critic == null ? null : critic.weights().sha256(),
        combined(actor.optimizerSha256(), critic == null ? "none" : critic.optimizerSha256()));
  }

  private static String combined(String actorOptimizer, String criticOptimizer) {
    String text = actorOptimizer + "\n" + criticOptimizer + "\n";
    return DigestUtils.sha256Hex(text);
  }

  private static void closeIfAny(AutoCloseable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException("native memory cannot be released", e);
    }
  }

  @Override
  public void close() {
    actor.close();
    if (critic != null) {
      critic.close();
    }
    if (reference != null) {
      reference.close();
    }
  }
}
