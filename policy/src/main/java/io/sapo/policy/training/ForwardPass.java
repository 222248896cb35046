package io.sapo.policy.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.network.Batch;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.ScriptModule;
import java.util.List;

/**
 * A micro-batch on its way through the network and back, with what the way forward has kept. Owns
 * that memory until closed; to be closed before the weights are stepped.
 */
abstract class ForwardPass implements AutoCloseable {
  private static final String KEPT = "kept[]";

  /** What the passes of a model have in common; stays the model's. */
  record Model(
      ScriptModule script, Weights weights, TrainedParameters parameters, NDList gradients) {}

  private final Model model;
  private final NDManager manager;
  private final Batch batch;
  private NDManager keeping;
  private NDList kept;
  private NDArray keep;
  private boolean used;

  ForwardPass(Model model, List<TokenSequence> sequences) {
    this.model = model;
    this.manager = model.script().newManager();
    try {
      this.batch = Batch.assemble(manager, model.weights().config(), sequences);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Owner of what lives as long as this pass. */
  NDManager manager() {
    return manager;
  }

  Batch batch() {
    return batch;
  }

  /**
   * Runs a forward method, which returns a list to keep and then what is wanted.
   *
   * @param before arguments between {@code keep} and the batch
   * @return the wanted results
   */
  NDList forward(String method, NDList before, Retention retention) {
    keeping = manager.newSubManager();
    keep = NativeArrays.scalar(keeping, (long) retention.layers());
    NDList arguments = new NDList(keep).addAll(before);
    arguments.addAll(batch.arguments()).addAll(model.weights().arguments());
    NDList results = model.script().call(keeping, method, arguments);
    int wanted = wanted();
    kept = new NDList();
    for (NDArray array : results.subList(0, results.size() - wanted)) {
      array.setName(KEPT);
      kept.add(array);
    }
    NDList found = new NDList(results.subList(results.size() - wanted, results.size()));
    found.attach(manager);
    if (!retention.inputs()) {
      drop();
    }
    return found;
  }

  /** How many results of the forward method are not to be kept. */
  abstract int wanted();

  /** Runs the forward method once more, keeping layer inputs. */
  abstract void again();

  /**
   * Runs a backward method; once a forward pass.
   *
   * @param before arguments between {@code keep} and the batch
   * @param after arguments between the batch and what was kept
   */
  void backward(String method, NDList before, NDList after) {
    if (used) {
      throw new IllegalStateException("What this forward pass kept is used up");
    }
    used = true;
    if (kept == null) {
      again();
    }
    NDList arguments = new NDList(keep).addAll(before);
    arguments.addAll(batch.arguments()).addAll(after).addAll(kept);
    arguments.add(model.parameters().reach());
    arguments.addAll(model.gradients()).addAll(model.weights().arguments());
    try (NDManager call = manager.newSubManager()) {
      model.script().call(call, method, arguments);
    }
    drop();
  }

  /** Gives back what was kept. */
  private void drop() {
    keeping.close();
    kept = null;
  }

  @Override
  public void close() {
    manager.close();
  }
}
