package io.sapo.policy.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.TensorSpec;
import io.sapo.policy.network.TensorDigest;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.ScriptModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gradient buffers and AdamW's moments, one each for every trained parameter. */
final class Optimizer {
  private static final String FIRST = "first/";
  private static final String SECOND = "second/";
  private static final String SAVED = "saved_";

  private final ScriptModule script;
  private final NDList trained;
  private final Map<String, NDArray> gradients = new LinkedHashMap<>();
  private final Map<String, NDArray> moments = new LinkedHashMap<>();
  private final NDList gradientList = new NDList();
  private final NDList firstMoments = new NDList();
  private final NDList secondMoments = new NDList();
  private final NDArray steps;

  /** The buffers belong to {@code manager}; {@code trained} stays the caller's. */
  Optimizer(ScriptModule script, NDManager manager, Map<String, NDArray> trained) {
    this.script = script;
    this.trained = new NDList(trained.values());
    this.steps = manager.zeros(new Shape(), DataType.FLOAT32);
    trained.forEach(
        (name, array) -> {
          gradients.put(name, buffer(manager, array, "gradients[]", gradientList));
          moments.put(FIRST + name, buffer(manager, array, "first[]", firstMoments));
          moments.put(SECOND + name, buffer(manager, array, "second[]", secondMoments));
        });
  }

  private static NDArray buffer(NDManager manager, NDArray like, String list, NDList buffers) {
    NDArray buffer = manager.zeros(like.getShape(), DataType.FLOAT32);
    buffer.setName(list);
    buffers.add(buffer);
    return buffer;
  }

  /** What the TorchScript methods take as trained parameters and gradient buffers. */
  NDList parametersAndGradients() {
    return new NDList(trained).addAll(gradientList);
  }

  float[] gradient(String name) {
    return gradients.get(name).toFloatArray();
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
              .addAll(parametersAndGradients())
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

  OptimizerState state() {
    List<NamedTensor> tensors = new ArrayList<>();
    moments.forEach(
        (name, array) ->
            tensors.add(NamedTensor.of(name, array.getShape().getShape(), array.toFloatArray())));
    return new OptimizerState((long) steps.getFloat(), tensors);
  }

  void restore(OptimizerState state) {
    Map<String, NamedTensor> byName = new LinkedHashMap<>();
    state.moments().forEach(tensor -> byName.put(tensor.name(), tensor));
    moments.forEach((name, array) -> check(byName.get(name), name, array));
    if (byName.size() != moments.size()) {
      throw new IllegalArgumentException(
          "The optimizer state holds %d moments, this model has %d; are other parameters trained?"
              .formatted(byName.size(), moments.size()));
    }
    try (NDManager call = script.newManager()) {
      NDList saved = new NDList(call.create((float) state.steps()));
      moments.forEach(
          (name, array) -> {
            NDArray copy =
                NativeArrays.floats(call, byName.get(name).values(), array.getShape().getShape());
            copy.setName(SAVED + array.getName());
            saved.add(copy);
          });
      script.call(
          call,
          "restore",
          saved
              .addAll(new NDList(steps))
              .addAll(gradientList)
              .addAll(firstMoments)
              .addAll(secondMoments));
    }
  }

  private static void check(NamedTensor tensor, String name, NDArray array) {
    TensorSpec wanted = new TensorSpec(name, array.getShape().getShape());
    if (tensor == null || !tensor.spec().equals(wanted)) {
      throw new IllegalArgumentException(
          "The optimizer state needs tensor %s, got %s"
              .formatted(wanted, tensor == null ? "none" : tensor.spec()));
    }
  }

  String sha256() {
    Map<String, NDArray> all = new LinkedHashMap<>(moments);
    all.put("steps", steps);
    return TensorDigest.sha256(all);
  }
}
