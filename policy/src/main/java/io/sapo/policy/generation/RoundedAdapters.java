package io.sapo.policy.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.ScriptModule;
import io.sapo.policy.tensor.ElementType;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The weights as a generator reads them. Adapters are float32; where a network computes in bfloat16
 * they are rounded once a version instead of at every step, to the same bits: on a GPU a step is as
 * long as its launches. Weights that are trained whole are rounded where they are used, since a
 * second copy is more than that saves. Owns the rounded copies.
 */
final class RoundedAdapters implements AutoCloseable {
  private final ScriptModule script;
  private NDManager manager;
  private NDList arguments;
  private Weights weights;
  private long version;

  RoundedAdapters(ScriptModule script) {
    this.script = script;
  }

  /** The list that scripts take as weights. */
  NDList of(Weights wanted, long wantedVersion) {
    boolean rounds = wanted.config().computeType() == ElementType.BF16;
    if (!rounds || wanted.base().adapters().isEmpty()) {
      return wanted.arguments();
    }
    if (weights != wanted || version != wantedVersion) {
      release();
      manager = script.newManager();
      arguments = rounded(wanted);
      weights = wanted;
      version = wantedVersion;
    }
    return arguments;
  }

  private NDList rounded(Weights wanted) {
    NDList wide = new NDList();
    wanted.tensors().forEach(tensor -> wide.add(tensor.array()));
    NDArray scale = wanted.arguments().get(WeightLayout.ADAPTER_SCALE);
    if (scale.size() > 0) {
      wide.add(scale);
    }
    if (wide.isEmpty()) { // the base alone
      return wanted.arguments();
    }
    NDList rounded = script.call(manager, "rounded", wide);
    Map<NDArray, NDArray> copies = new IdentityHashMap<>();
    for (int i = 0; i < wide.size(); i++) {
      rounded.get(i).setName(wide.get(i).getName());
      copies.put(wide.get(i), rounded.get(i));
    }
    NDList list = new NDList();
    for (NDArray argument : wanted.arguments()) {
      list.add(copies.getOrDefault(argument, argument));
    }
    return list;
  }

  /** Gives the memory back until it is needed again. */
  void release() {
    if (manager != null) {
      manager.close();
      manager = null;
      arguments = null;
      weights = null;
    }
  }

  @Override
  public void close() {
    release();
  }
}
