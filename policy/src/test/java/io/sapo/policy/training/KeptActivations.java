package io.sapo.policy.training;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.testing.ProcessMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A process that goes forward and back once and prints what it then had resident beyond what it had
 * before: after the way forward, and the most on the way back. Arguments: folder to write to,
 * decoder layers, sequences, tokens of each, rank of adapters or 0, {@code f32} or {@code bf16}
 * weights, and of how many layers the intermediate results are kept, -1 for layer inputs alone.
 */
final class KeptActivations {
  private static final int VOCABULARY = 512;
  private static final String CONFIG =
      """
      {"model_type": "llama", "hidden_act": "silu", "hidden_size": 256, "intermediate_size": 768,
       "max_position_embeddings": 8192, "num_attention_heads": 4, "num_hidden_layers": %d,
       "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "eos_token_id": 2,
       "tie_word_embeddings": true, "vocab_size": %d}
      """;

  private KeptActivations() {}

  /**
   * Bytes.
   *
   * @param reckoned by {@link ActivationMemory}
   */
  record Result(long reckoned, long forward, long backward) {
    static Result parse(String line) {
      long[] numbers = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
      return new Result(numbers[0], numbers[1], numbers[2]);
    }
  }

  public static void main(String[] arguments) throws IOException {
    int layers = Integer.parseInt(arguments[1]);
    int rank = Integer.parseInt(arguments[4]);
    int layersKept = Integer.parseInt(arguments[6]);
    ModelConfig config = write(Path.of(arguments[0]), layers, arguments[5]);
    CheckpointFolder folder = CheckpointFolder.open(Path.of(arguments[0], "model"));
    List<TokenSequence> batch =
        batch(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
    try (BaseModel base =
            rank == 0
                ? BaseModel.trainedWhole(config, TestDevice.get())
                : BaseModel.adapted(
                    folder, config, AdapterConfig.of(rank, 2 * rank), TestDevice.get());
        TrainableModel model = TrainableModel.of(Weights.random(base, Head.LANGUAGE_MODEL, 3))) {
      Retention retention = layersKept < 0 ? Retention.LAYER_INPUTS : Retention.of(layersKept);
      go(model, batch(1, 16), Retention.EVERYTHING);
      long before = ProcessMemory.residentBytes();
      long[] kept = go(model, batch, retention);
      System.out.printf(
          "%d %d %d%n",
          new ActivationMemory(config).bytes(batch, retention), kept[0] - before, kept[1] - before);
    }
  }

  private static ModelConfig write(Path folder, int layers, String type) throws IOException {
    byte[] json = CONFIG.formatted(layers, VOCABULARY).getBytes();
    Path file = Files.write(folder.resolve("config.json"), json);
    ModelConfig config = ModelConfig.read(file);
    try (Weights weights = Weights.random(config, Head.LANGUAGE_MODEL, 1, TestDevice.get())) {
      ElementType stored = type.equals("bf16") ? ElementType.BF16 : ElementType.F32;
      CheckpointFolder.write(
          folder.resolve("model"), Map.of("config.json", json), weights.tensors(), stored);
    }
    return config;
  }

  private static List<TokenSequence> batch(int rows, int length) {
    Random random = new Random(rows);
    List<TokenSequence> batch = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      batch.add(
          TokenSequence.text(
              random.ints(length / 2, 3, VOCABULARY).toArray(),
              random.ints(length - length / 2, 3, VOCABULARY).toArray()));
    }
    return batch;
  }

  /** Resident after the way forward, and at most on the way back. */
  private static long[] go(TrainableModel model, List<TokenSequence> batch, Retention retention)
      throws IOException {
    try (PolicyForward forward = model.forward(batch, 1, retention)) {
      long kept = ProcessMemory.residentBytes();
      ProcessMemory.forgetPeak();
      float[][] slopes = forward.logProbs();
      for (float[] row : slopes) {
        Arrays.fill(row, -0.01f);
      }
      forward.backward(slopes, null);
      return new long[] {kept, ProcessMemory.peakBytes()};
    }
  }
}
