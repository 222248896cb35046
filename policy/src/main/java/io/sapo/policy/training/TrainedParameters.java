package io.sapo.policy.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeArrays;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The trained parameters in the order in which a forward pass needs them, and how far a backward
 * pass has to go.
 *
 * @param arrays by name
 * @param reach what {@code layerwise.py} calls {@code trained}: the lowest layer to go back to,
 *     then the places among the weights of what is trained of the embeddings and the vision tower
 */
record TrainedParameters(Map<String, NDArray> arrays, NDArray reach) {

  /**
   * @param manager owner of {@code reach}
   */
  static TrainedParameters of(NDManager manager, Weights weights, Predicate<String> trained) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    List<Map<String, NDArray>> stages = new ArrayList<>();
    for (Map<String, NDArray> all : weights.stages()) {
      Map<String, NDArray> stage = new LinkedHashMap<>(all);
      stage.keySet().removeIf(trained.negate());
      stages.add(stage);
      arrays.putAll(stage);
    }
    if (arrays.isEmpty()) {
      throw new IllegalArgumentException("No parameter of the model is to be trained");
    }
    List<NDArray> inputs = List.copyOf(stages.get(0).values());
    inputs.forEach(array -> JniUtils.attachGradient((PtNDArray) array, true));
    long[] reach =
        IntStream.concat(
                IntStream.of(lowestLayer(stages)),
                inputs.stream().mapToInt(array -> place(array, weights.arguments())))
            .asLongStream()
            .toArray();
    return new TrainedParameters(
        Collections.unmodifiableMap(arrays), NativeArrays.longs(manager, reach));
  }

  /** Stages are embeddings and vision tower, each layer, final norm and head. */
  private static int lowestLayer(List<Map<String, NDArray>> stages) {
    int layers = stages.size() - 2;
    return IntStream.rangeClosed(0, layers)
        .filter(stage -> !stages.get(stage).isEmpty())
        .map(stage -> Math.max(0, stage - 1))
        .findFirst()
        .orElse(layers);
  }

  /** By identity: arrays are equal where their elements are. */
  private static int place(NDArray array, NDList all) {
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i) == array)
        .findFirst()
        .orElseThrow();
  }

  NDList list() {
    return new NDList(arrays.values());
  }
}
