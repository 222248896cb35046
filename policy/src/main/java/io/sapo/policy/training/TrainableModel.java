package io.sapo.policy.training;

import ai.djl.ndarray.NDManager;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.ScriptModule;
import java.util.List;
import java.util.function.Predicate;

/**
 * Weights in training: forward passes that keep what the way back needs, gradient buffers that add
 * up over micro-batches, and AdamW.
 *
 * <p>Losses live with the caller, as functions of arrays: it reads log-probabilities or values off
 * a forward pass and gives their gradient to its {@code backward}.
 *
 * <p>To be used by one thread at a time. Owns the weights, the buffers and the moments. On a CPU
 * with a fixed number of threads, the same calls give the same bits, in whatever process.
 */
public final class TrainableModel implements AutoCloseable {
  private final Weights weights;
  private final ScriptModule script;
  private final NDManager manager;
  private final Optimizer optimizer;
  private final ForwardPass.Model model;

  private TrainableModel(Weights weights, ScriptModule script, Predicate<String> trained) {
    this.weights = weights;
    this.script = script;
    this.manager = script.newManager();
    TrainedParameters parameters = TrainedParameters.of(manager, weights, trained);
    this.optimizer = new Optimizer(script, manager, parameters);
    this.model =
        new ForwardPass.Model(
            script, weights, parameters, optimizer.gradientsLike(weights.arguments()));
  }

  /** Trains every parameter. Takes the weights over, from the call on, also when it fails. */
  public static TrainableModel of(Weights weights) {
    return of(weights, name -> true);
  }

  /**
   * Trains the parameters whose names {@code trained} accepts; the others have neither gradients
   * nor moments and never change.
   */
  public static TrainableModel of(Weights weights, Predicate<String> trained) {
    ScriptModule script = null;
    try {
      script = ScriptModule.load("training", "Training", weights.config(), weights.device());
      return new TrainableModel(weights, script, trained);
    } catch (RuntimeException e) {
      if (script != null) {
        script.close();
      }
      weights.close();
      throw e;
    }
  }

  /** The live weights: they change with every {@link #step}. Not the caller's to close. */
  public Weights weights() {
    return weights;
  }

  /** As {@link #forward(List, double, Retention)}, keeping everything. */
  public PolicyForward forward(List<TokenSequence> microBatch, double temperature) {
    return forward(microBatch, temperature, Retention.EVERYTHING);
  }

  /**
   * Scores the response tokens under softmax(logits / temperature).
   *
   * @param temperature positive
   * @param retention what is kept for the way back
   */
  public PolicyForward forward(
      List<TokenSequence> microBatch, double temperature, Retention retention) {
    check(Head.LANGUAGE_MODEL);
    if (!(temperature > 0)) {
      throw new IllegalArgumentException(
          "Training needs a temperature above 0, got " + temperature);
    }
    return new PolicyForward(model, microBatch, temperature, retention);
  }

  /** As {@link #forwardValues(List, Retention)}, keeping everything. */
  public ValueForward forwardValues(List<TokenSequence> microBatch) {
    return forwardValues(microBatch, Retention.EVERYTHING);
  }

  /** Values of the states before the response tokens. */
  public ValueForward forwardValues(List<TokenSequence> microBatch, Retention retention) {
    check(Head.SCALAR);
    return new ValueForward(model, microBatch, retention);
  }

  private void check(Head needed) {
    if (weights.head().scalar() != needed.scalar()) {
      throw new IllegalArgumentException(
          "This needs a model with head %s, not %s".formatted(needed, weights.head()));
    }
  }

  /**
   * One AdamW step with the gradients added up so far, scaled down where their global norm exceeds
   * {@code maxGradNorm}; then the gradients are zero again.
   *
   * @return the norm before scaling
   * @throws NonFiniteGradientException where the norm is not finite; weights, moments and step
   *     count are then untouched and the gradients zero
   */
  public double step(double learningRate, AdamWConfig config, double maxGradNorm) {
    return optimizer.step(learningRate, config, maxGradNorm);
  }

  /** Forgets the gradients added up so far. */
  public void discardGradients() {
    optimizer.discardGradients();
  }

  /**
   * Moments and step count, for checkpoints: the moments themselves, which the next {@link #step}
   * changes.
   */
  public OptimizerState optimizerState() {
    return optimizer.state();
  }

  /**
   * Takes up moments and step count; gradients become zero.
   *
   * @throws IllegalArgumentException where the state belongs to other parameters
   */
  public void restore(OptimizerState state) {
    optimizer.restore(state);
  }

  /** Lowercase hexadecimal SHA-256 over the moments and the step count. */
  public String optimizerSha256() {
    return optimizer.sha256();
  }

  /** The gradient added up so far for one trained parameter, row-major. */
  public float[] gradient(String name) {
    return optimizer.gradient(name);
  }

  /** Native arrays alive apart from the weights; for tests of native memory. */
  int liveArrays() {
    return manager.getParentManager().getManagedArrays().size();
  }

  @Override
  public void close() {
    manager.close();
    script.close();
    weights.close();
  }
}
