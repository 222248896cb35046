package io.sapo.policy.generation;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A model that never stops by itself and is surer of its tokens than a random one, and runs of a
 * generator with it.
 */
record SurerModel(ModelConfig config, Weights weights) implements AutoCloseable {
  static final int CAPACITY = 80;
  private static final Path MODEL = Path.of("src/test/resources/reference/models/tiny-qwen2");

  /**
   * @param folder takes its configuration
   */
  static SurerModel load(Path folder) throws IOException {
    ModelConfig config = withStopToken(folder, "null");
    try (SafetensorsReader reader = SafetensorsReader.open(MODEL);
        Weights read = Weights.read(reader, config, Head.LANGUAGE_MODEL, TestDevice.get())) {
      return new SurerModel(config, scaled(read, "model.norm.weight", 4));
    }
  }

  static ModelConfig withStopToken(Path folder, String token) throws IOException {
    String json = Files.readString(MODEL.resolve("config.json"));
    return ModelConfig.read(
        Files.writeString(
            folder.resolve("config.json"),
            json.replace("\"eos_token_id\": 2", "\"eos_token_id\": " + token)));
  }

  static Weights scaled(Weights original, String name, float factor) {
    List<NamedTensor> tensors = new ArrayList<>();
    for (NamedTensor tensor : original.toTensors()) {
      float[] values = tensor.values().clone();
      for (int i = 0; i < values.length && tensor.name().equals(name); i++) {
        values[i] *= factor;
      }
      tensors.add(new NamedTensor(tensor.spec(), values));
    }
    return Weights.of(original.config(), Head.LANGUAGE_MODEL, tensors, TestDevice.get());
  }

  Map<String, Generation> run(List<GenerationRequest> requests, int slots, int stepsPerCall) {
    return run(config, requests, slots, stepsPerCall, List.of());
  }

  Map<String, Generation> run(
      ModelConfig of,
      List<GenerationRequest> requests,
      int slots,
      int stepsPerCall,
      List<Integer> forbidden) {
    GeneratorOptions options = new GeneratorOptions(slots, CAPACITY, stepsPerCall, forbidden);
    try (Generator generator = Generator.load(of, options, TestDevice.get())) {
      return drain(generator, requests);
    }
  }

  Map<String, Generation> drain(Generator generator, List<GenerationRequest> requests) {
    return drain(generator, requests, weights, 1);
  }

  Map<String, Generation> drain(
      Generator generator, List<GenerationRequest> requests, Weights weights, long version) {
    Map<String, Generation> finished = new TreeMap<>();
    int next = 0;
    while (next < requests.size() || generator.running() > 0) {
      while (next < requests.size() && generator.freeSlots() > 0) {
        generator.submit(requests.get(next++));
      }
      generator.advance(weights, version).forEach(one -> finished.put(one.id(), one));
    }
    return finished;
  }

  static int[] prompt(Random random, int length) {
    return random.ints(length, 3, 300).toArray();
  }

  @Override
  public void close() {
    weights.close();
  }
}
