package io.sapo.policy.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sapo.policy.layout.WeightLayout;
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
 * The trained parameters by the stages of a forward pass, with what {@code training.py} wants to
 * know of them.
 *
 * @param arrays by name, stage after stage
 * @param spans where each stage begins, where the last ends, and the place of the head or -1
 * @param places where in the list of weights each parameter stands
 */
record StagedParameters(Map<String, NDArray> arrays, NDArray spans, NDArray places) {

  /**
   * @param manager owner of {@code spans} and {@code places}
   */
  static StagedParameters of(NDManager manager, Weights weights, Predicate<String> trained) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    List<Long> spans = new ArrayList<>();
    for (Map<String, NDArray> stage : weights.stages()) {
      spans.add((long) arrays.size());
      stage.forEach(
          (name, array) -> {
            if (trained.test(name)) {
              JniUtils.attachGradient((PtNDArray) array, true);
              arrays.put(name, array);
            }
          });
    }
    if (arrays.isEmpty()) {
      throw new IllegalArgumentException("No parameter of the model is to be trained");
    }
    spans.add((long) arrays.size());
    spans.add((long) List.copyOf(arrays.keySet()).indexOf(headOf(weights)));
    NDList all = weights.arguments();
    long[] places = arrays.values().stream().mapToLong(array -> place(array, all)).toArray();
    return new StagedParameters(
        Collections.unmodifiableMap(arrays),
        NativeArrays.longs(manager, spans.stream().mapToLong(Long::longValue).toArray()),
        NativeArrays.longs(manager, places));
  }

  /** By identity: arrays are equal where their elements are. */
  private static long place(NDArray array, NDList all) {
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i) == array)
        .findFirst()
        .orElseThrow();
  }

  private static String headOf(Weights weights) {
    return switch (weights.head()) {
      case SCALAR -> WeightLayout.SCALAR_HEAD;
      case LANGUAGE_MODEL ->
          weights.config().tieWordEmbeddings()
              ? WeightLayout.TOKEN_EMBEDDINGS
              : WeightLayout.LANGUAGE_MODEL_HEAD;
    };
  }

  NDList list() {
    return new NDList(arrays.values());
  }
}
