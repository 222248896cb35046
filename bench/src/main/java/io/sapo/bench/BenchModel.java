package io.sapo.bench;

import io.sapo.policy.checkpoint.ModelConfig;

/** Text models with random weights, by size, and what a pass through them costs. */
enum BenchModel {
  /** 25 million parameters, 4 million of them token embeddings. */
  M25(512, 1792, 6, 8, 4, 8192),
  /** 100 million parameters, 6 million of them token embeddings. */
  M100(768, 2304, 13, 12, 6, 8192),
  /** Under a million, to make many tokens. */
  TINY(96, 256, 3, 4, 2, 512),
  /** Ten thousand and some, to make very many. */
  NANO(32, 64, 1, 2, 1, 128);

  private final int hidden;
  private final int intermediate;
  private final int layers;
  private final int heads;
  private final int keyValueHeads;
  private final int vocabulary;

  BenchModel(
      int hidden, int intermediate, int layers, int heads, int keyValueHeads, int vocabulary) {
    this.hidden = hidden;
    this.intermediate = intermediate;
    this.layers = layers;
    this.heads = heads;
    this.keyValueHeads = keyValueHeads;
    this.vocabulary = vocabulary;
  }

  ModelConfig config() {
    return ModelConfig.parse(
        """
        {"model_type": "qwen2", "hidden_act": "silu", "hidden_size": %d, "intermediate_size": %d,
         "max_position_embeddings": 16384, "num_attention_heads": %d, "num_hidden_layers": %d,
         "num_key_value_heads": %d, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
         "eos_token_id": 2, "initializer_range": 0.02, "tie_word_embeddings": true,
         "vocab_size": %d, "torch_dtype": "float32"}
        """
            .formatted(hidden, intermediate, heads, layers, keyValueHeads, vocabulary));
  }

  int vocabulary() {
    return vocabulary;
  }

  int hidden() {
    return hidden;
  }

  int layers() {
    return layers;
  }

  /** [outputs, inputs] of the matrices that a token passes in one layer. */
  int[][] layerMatrices() {
    int keys = hidden / heads * keyValueHeads;
    return new int[][] {
      {hidden, hidden},
      {keys, hidden},
      {keys, hidden},
      {hidden, hidden},
      {intermediate, hidden},
      {intermediate, hidden},
      {hidden, intermediate}
    };
  }

  private double layerElements() {
    double elements = 0;
    for (int[] matrix : layerMatrices()) {
      elements += (double) matrix[0] * matrix[1];
    }
    return elements;
  }

  /**
   * Floating-point operations in the matrix products of one pass without gradients over a sequence,
   * causal attention counted as the half it needs; with gradients it is three times that.
   *
   * @param fed tokens fed
   * @param read positions that the head is applied to
   * @param outputs of the head: the vocabulary, or 1 for a critic
   */
  double forwardOperations(int fed, int read, int outputs) {
    double weights = 2.0 * fed * layers * layerElements();
    double attention = 2.0 * layers * hidden * (double) fed * (fed + 1);
    return weights + attention + 2.0 * read * hidden * outputs;
  }
}
