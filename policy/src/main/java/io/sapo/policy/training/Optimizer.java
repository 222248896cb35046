package io.sapo.policy.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.script.ScriptModule;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorDigest;
import io.sapo.policy.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gradient buffers and AdamW's moments, one each for every trained parameter. */
final class Optimizer {
  private static final String GRADIENTS = "gradients[]";
  private static final String FIRST = "first/";
  private static final String SECOND = "second/";

  private final ScriptModule script;
  private final NDList trained;
  private final Map<String, NativeTensor> gradients = new LinkedHashMap<>();
  private final Map<String, NativeTensor> moments = new LinkedHashMap<>();
  private final NDList gradientList = new NDList();
  private final NDList firstMoments = new NDList();
  private final NDList secondMoments = new NDList();
  private final NDArray steps;

  /** The buffers belong to {@code manager}; {@code trained} stays the caller's. */
  Optimizer(ScriptModule script, NDManager manager, TrainedParameters trained) {
    this.script = script;
    this.trained = trained.list();
    this.steps = manager.zeros(new Shape(), DataType.FLOAT32);
    trained
        .arrays()
        .forEach(
            (name, array) -> {
              gradients.put(name, buffer(manager, name, array, GRADIENTS, gradientList));
              moments.put(
                  FIRST + name, buffer(manager, FIRST + name, array, "first[]", firstMoments));
              moments.put(
                  SECOND + name, buffer(manager, SECOND + name, array, "second[]", secondMoments));
            });
  }

  private static NativeTensor buffer(
      NDManager manager, String name, NDArray like, String list, NDList buffers) {
    NDArray buffer = manager.zeros(like.getShape(), DataType.FLOAT32);
    buffer.setName(list);
    buffers.add(buffer);
    return NativeTensor.of(name, buffer);
  }

  /**
   * The buffers that backward methods add to, each in the place of its parameter among all weights.
   * For what is not trained stands an empty array, which belongs to the buffers' manager.
   */
  NDList gradientsLike(NDList weights) {
    Map<NDArray, NDArray> buffers = new IdentityHashMap<>();
    for (int i = 0; i < trained.size(); i++) {
      buffers.put(trained.get(i), gradientList.get(i));
    }
    NDArray none = steps.getManager().zeros(new Shape(0), DataType.FLOAT32);
    none.setName(GRADIENTS);
    NDList all = new NDList();
    weights.forEach(weight -> all.add(buffers.getOrDefault(weight, none)));
    return all;
  }

  float[] gradient(String name) {
    return TensorCopy.floats(gradients.get(name));
  }

  double step(double learningRate, AdamWConfig config, double maxGradNorm) {
    try (NDManager call = script.newManager()) {
      double[] settings = {
        learningRate,
        config.beta1(),
        config.beta2(),
        config.weightDecay(),
        config.epsilon(),
        maxGradNorm
      };
      NDList arguments =
          new NDList(NativeArrays.doubles(call, settings), steps)
              .addAll(trained)
              .addAll(gradientList)
              .addAll(firstMoments)
              .addAll(secondMoments);
      float norm = script.call(call, "step", arguments).singletonOrThrow().getFloat();
      if (!Float.isFinite(norm)) {
        throw new NonFiniteGradientException(
            "The gradient's norm is " + norm + "; the step was not taken, the gradient discarded");
      }
      return norm;
    }
  }

  void discardGradients() {
    try (NDManager call = script.newManager()) {
      script.call(call, "discard", gradientList);
    }
  }

  OptimizerState state() {
    return new OptimizerState((long) stepsTaken(), moments.values());
  }

  /** By a copy that is closed: what DJL reads from a device stays with the array's manager. */
  private float stepsTaken() {
    try (NDArray copy = steps.toDevice(Device.cpu(), true)) {
      return copy.getFloat();
    }
  }

  void restore(OptimizerState state) {
    Map<String, TensorData> byName = new LinkedHashMap<>();
    state.moments().forEach(tensor -> byName.put(tensor.spec().name(), tensor));
    moments.values().forEach(moment -> check(byName.get(moment.spec().name()), moment.spec()));
    if (byName.size() != moments.size()) {
      throw new IllegalArgumentException(
          "The optimizer state holds %d moments, this model has %d; are other parameters trained?"
              .formatted(byName.size(), moments.size()));
    }
    moments.values().forEach(moment -> TensorCopy.copy(byName.get(moment.spec().name()), moment));
    try (NDManager call = script.newManager()) {
      NDList arguments = new NDList(call.create((float) state.steps()), steps);
      script.call(call, "restore", arguments.addAll(gradientList));
    }
  }

  private static void check(TensorData tensor, TensorSpec wanted) {
    if (tensor == null || !tensor.spec().equals(wanted)) {
      throw new IllegalArgumentException(
          "The optimizer state needs tensor %s, got %s"
              .formatted(wanted, tensor == null ? "none" : tensor.spec()));
    }
  }

  String sha256() {
    List<TensorData> all = new ArrayList<>(moments.values());
    all.add(NamedTensor.of("steps", new long[0], new float[] {stepsTaken()}));
    return TensorDigest.sha256(all);
  }
}
