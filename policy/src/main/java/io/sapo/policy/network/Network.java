package io.sapo.policy.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.ScriptModule;
import java.util.List;

/**
 * The network's computations that need no gradients, for one configuration and device. Safe for use
 * from several threads at once, with different weights.
 */
public final class Network implements AutoCloseable {
  private final ModelConfig config;
  private final Head head;
  private final ScriptModule script;

  private Network(ModelConfig config, Head head, ScriptModule script) {
    this.config = config;
    this.head = head;
    this.script = script;
  }

  public static Network load(ModelConfig config, Head head, Device device) {
    return new Network(config, head, ScriptModule.load("network", "Network", config, device));
  }

  public ModelConfig config() {
    return config;
  }

  /**
   * Log-probability and entropy of every response token under softmax(logits / temperature).
   *
   * @param temperature positive
   */
  public TokenScores score(Weights weights, List<TokenSequence> sequences, double temperature) {
    check(weights, Head.LANGUAGE_MODEL);
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("Scoring needs a temperature above 0, got " + temperature);
    }
    try (NDManager manager = script.newManager()) {
      Batch batch = Batch.assemble(manager, config, sequences);
      if (batch.responseTokens() == 0) {
        return new TokenScores(batch.split(new float[0]), batch.split(new float[0]));
      }
      NDList arguments = new NDList(NativeArrays.scalar(manager, (float) temperature));
      arguments.addAll(batch.arguments());
      arguments.addAll(weights.arguments());
      NDList scores = script.call(manager, "score", arguments);
      return new TokenScores(
          batch.split(scores.get(0).toFloatArray()), batch.split(scores.get(1).toFloatArray()));
    }
  }

  /**
   * The critic's value of the state before each response token: [sequence][response token], the
   * head's output at position prompt length − 1 + t.
   */
  public float[][] values(Weights weights, List<TokenSequence> sequences) {
    check(weights, Head.SCALAR);
    try (NDManager manager = script.newManager()) {
      Batch batch = Batch.assemble(manager, config, sequences);
      if (batch.responseTokens() == 0) {
        return batch.split(new float[0]);
      }
      return batch.split(call(manager, "values", batch, weights).toFloatArray());
    }
  }

  /**
   * Logits at every place of the padded sequences, [sequence · position · vocabulary]; for
   * comparison with references.
   */
  public float[] logits(Weights weights, List<TokenSequence> sequences) {
    check(weights, Head.LANGUAGE_MODEL);
    try (NDManager manager = script.newManager()) {
      Batch batch = Batch.assemble(manager, config, sequences).atEveryPlace();
      return call(manager, "logits", batch, weights).toFloatArray();
    }
  }

  /** The logits that a response's first token is drawn from, [vocabulary]. */
  public float[] nextLogits(Weights weights, TokenSequence prompt) {
    check(weights, Head.LANGUAGE_MODEL);
    int[] any = {prompt.promptTokens()[0]};
    TokenSequence begun = new TokenSequence(prompt.promptTokens(), prompt.pictures(), any);
    try (NDManager manager = script.newManager()) {
      Batch batch = Batch.assemble(manager, config, List.of(begun));
      return call(manager, "logits", batch, weights).toFloatArray();
    }
  }

  /**
   * Picture embeddings [merged patches · hidden], then as much for each deepstack feature; for
   * comparison with references.
   */
  List<float[]> pictureEmbeddings(Weights weights, List<TokenSequence> sequences) {
    try (NDManager manager = script.newManager()) {
      Batch batch = Batch.assemble(manager, config, sequences);
      return callAll(manager, "embed_pictures", batch, weights).stream()
          .map(NDArray::toFloatArray)
          .toList();
    }
  }

  private NDList callAll(NDManager manager, String method, Batch batch, Weights weights) {
    NDList arguments = new NDList(batch.arguments());
    arguments.addAll(weights.arguments());
    return script.call(manager, method, arguments);
  }

  private NDArray call(NDManager manager, String method, Batch batch, Weights weights) {
    return callAll(manager, method, batch, weights).singletonOrThrow();
  }

  private void check(Weights weights, Head needed) {
    boolean scalar = needed.scalar();
    if (head.scalar() != scalar || weights.head().scalar() != scalar) {
      throw new IllegalArgumentException(
          "This needs a network and weights with head %s, got %s and %s"
              .formatted(needed, head, weights.head()));
    }
  }

  @Override
  public void close() {
    script.close();
  }
}
