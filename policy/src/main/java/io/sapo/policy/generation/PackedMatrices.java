package io.sapo.policy.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.ScriptModule;

/**
 * The decoder's matrices in the layout in which few rows are multiplied with them fastest, in the
 * type that is computed in; on a GPU, and on a CPU without instructions for bfloat16, the weights
 * serve as they are. A copy of the weights, made when they change; of a frozen base, once. Owns its
 * native memory.
 */
final class PackedMatrices implements AutoCloseable {
  private static final String LIST_NAME = "packed[]";

  private final ScriptModule script;
  private final int rows;
  private NDManager manager;
  private NDList matrices;
  private Weights weights;
  private BaseModel base;
  private long version;

  /**
   * @param rows how many the matrices will mostly be multiplied with
   */
  PackedMatrices(ScriptModule script, int rows) {
    this.script = script;
    this.rows = rows;
  }

  /** What the decode loop takes besides the weights. */
  NDList of(Weights wanted, long wantedVersion) {
    boolean frozen = wanted.base().adapters().isPresent();
    boolean current =
        frozen ? base == wanted.base() : weights == wanted && version == wantedVersion;
    if (manager == null || !current) {
      release();
      manager = script.newManager();
      matrices = make(wanted);
      matrices.forEach(matrix -> matrix.setName(LIST_NAME));
      base = wanted.base();
      weights = wanted;
      version = wantedVersion;
    }
    return matrices;
  }

  private NDList make(Weights wanted) {
    if (wanted.device().isGpu()) {
      return new NDList(NativeArrays.absent(manager));
    }
    try (NDArray expected = manager.create((long) rows)) {
      return script.call(manager, "pack", new NDList(expected).addAll(wanted.arguments()));
    }
  }

  /** Gives the memory back until it is needed again. */
  void release() {
    if (manager != null) {
      manager.close();
      manager = null;
      matrices = null;
      weights = null;
      base = null;
    }
  }

  @Override
  public void close() {
    release();
  }
}
