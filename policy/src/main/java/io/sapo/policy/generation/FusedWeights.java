package io.sapo.policy.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.ScriptModule;

/**
 * The weights as a GPU decodes with them, where a step takes as long as its launches: in the type
 * of the computation, adapters that share an input in one matrix. Made when the weights change.
 * Owns what had to be copied: adapters, and weights that are trained whole where the network
 * computes in another type than float32; the rest is the weights' own memory.
 */
final class FusedWeights implements AutoCloseable {
  private static final String LIST_NAME = "fused[]";

  private final ScriptModule script;
  private NDManager manager;
  private NDList tensors;
  private Weights weights;
  private long version;

  FusedWeights(ScriptModule script) {
    this.script = script;
  }

  /** What the decode loop takes instead of the weights; valid while they are not closed. */
  NDList of(Weights wanted, long wantedVersion) {
    if (weights != wanted || version != wantedVersion) {
      release();
      manager = script.newManager();
      tensors = script.call(manager, "fuse", wanted.arguments());
      for (NDArray tensor : tensors) {
        tensor.setName(LIST_NAME);
      }
      weights = wanted;
      version = wantedVersion;
    }
    return tensors;
  }

  /** Gives the memory back until it is needed again. */
  void release() {
    if (manager != null) {
      manager.close();
      manager = null;
      tensors = null;
      weights = null;
    }
  }

  @Override
  public void close() {
    release();
  }
}
