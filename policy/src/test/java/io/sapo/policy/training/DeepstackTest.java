package io.sapo.policy.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.ReferenceCase;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way back through picture features that enter behind decoder layers. */
class DeepstackTest {
  private static final ModelConfig CONFIG = TinyModels.config("tiny-qwen3_vl");
  private static final String MERGERS = "visual.deepstack_merger_list.";

  @TempDir private Path folder;

  private final List<TokenSequence> batch = TinyModels.multimodalBatch(CONFIG, 3);

  @Test
  void whateverIsKeptGivesTheSameBits() {
    Map<String, float[]> whole = gradients(CONFIG, batch, Retention.EVERYTHING, name -> true);
    assertThat(whole.keySet()).anyMatch(name -> name.startsWith(MERGERS));
    for (Retention retention :
        List.of(Retention.NOTHING, Retention.LAYER_INPUTS, Retention.of(1))) {
      Map<String, float[]> found = gradients(CONFIG, batch, retention, name -> true);
      whole.forEach(
          (name, gradient) ->
              assertThat(Arrays.equals(found.get(name), gradient))
                  .as("%s of %s", retention, name)
                  .isTrue());
    }
  }

  /** A picture that several sequences hold goes through the tower once, there and back. */
  @Test
  void gradientsOfASharedPictureAddUp() {
    TokenSequence first = batch.get(batch.size() - 1);
    TokenSequence second =
        new TokenSequence(first.promptTokens(), first.pictures(), new int[] {7, 8, 9, 7});
    Map<String, float[]> together =
        gradients(CONFIG, List.of(first, second), Retention.EVERYTHING, name -> true);
    Map<String, float[]> one =
        gradients(CONFIG, List.of(first), Retention.EVERYTHING, name -> true);
    // The made-up loss weighs a row by its place, so the second stands in second place again.
    TokenSequence silent = TokenSequence.text(new int[] {5}, new int[0]);
    Map<String, float[]> other =
        gradients(CONFIG, List.of(silent, second), Retention.EVERYTHING, name -> true);
    together.forEach(
        (name, gradient) -> {
          float[] sum = new float[gradient.length];
          for (int i = 0; i < sum.length; i++) {
            sum[i] = one.get(name)[i] + other.get(name)[i];
          }
          ReferenceCase.assertClose(name, gradient, sum);
        });
  }

  @Test
  void partsAreTrainedAsTheyAreWithinTheWhole() {
    Map<String, float[]> whole = gradients(CONFIG, batch, Retention.EVERYTHING, name -> true);
    List<Predicate<String>> parts =
        List.of(
            name -> name.startsWith(MERGERS + "1."),
            name -> name.startsWith("visual.merger."),
            name -> !name.startsWith("visual."));
    for (Predicate<String> part : parts) {
      Map<String, float[]> found = gradients(CONFIG, batch, Retention.LAYER_INPUTS, part);
      assertThat(found).isNotEmpty();
      found.forEach(
          (name, gradient) ->
              assertThat(Arrays.equals(gradient, whole.get(name))).as(name).isTrue());
    }
  }

  /** A feature belongs to the merger that stands in its block's place of the list. */
  @Test
  void blocksMayBeNamedInAnyOrder() throws IOException {
    Map<String, float[]> ascending = gradients(changed(3, "[0, 2]"), name -> name);
    Map<String, float[]> swapped = gradients(changed(3, "[2, 0]"), DeepstackTest::otherMerger);
    ascending.forEach(
        (name, gradient) ->
            assertThat(swapped.get(otherMerger(name))).as(name).isEqualTo(gradient));
  }

  @Test
  void featuresBeyondTheLastLayerAreLeftOut() throws IOException {
    Map<String, float[]> one = gradients(changed(1, "[0]"), name -> name);
    Map<String, float[]> two = gradients(changed(1, "[0, 2]"), name -> name);
    one.forEach((name, gradient) -> assertThat(two.get(name)).as(name).isEqualTo(gradient));
    two.keySet().removeAll(one.keySet());
    assertThat(two.keySet()).isNotEmpty().allMatch(name -> name.startsWith(MERGERS + "1."));
    two.forEach((name, gradient) -> assertThat(gradient).as(name).containsOnly(0));
  }

  private static String otherMerger(String name) {
    return name.startsWith(MERGERS)
        ? MERGERS
            + (name.charAt(MERGERS.length()) == '0' ? "1" : "0")
            + name.substring(MERGERS.length() + 1)
        : name;
  }

  /** The model with other decoder layers and picture features. */
  private ModelConfig changed(int layers, String blocks) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Path shipped = ReferenceModels.shipped().resolve("tiny-qwen3_vl").resolve("config.json");
    JsonNode root = json.readTree(shipped.toFile());
    ((ObjectNode) root.get("text_config")).put("num_hidden_layers", layers);
    ((ObjectNode) root.get("vision_config")).set("deepstack_visual_indexes", json.readTree(blocks));
    Path file = folder.resolve("config.json");
    json.writeValue(file.toFile(), root);
    return ModelConfig.read(file);
  }

  /** Of weights whose values follow from their shape and from {@code alias} of their name. */
  private Map<String, float[]> gradients(ModelConfig config, UnaryOperator<String> alias) {
    List<NamedTensor> tensors = new ArrayList<>();
    for (TensorSpec spec :
        BaseModel.trainedWhole(config, TestDevice.get()).trained(Head.LANGUAGE_MODEL)) {
      Random random = new Random(alias.apply(spec.name()).hashCode());
      float[] values = new float[Math.toIntExact(spec.elements())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (0.1 * random.nextGaussian());
      }
      tensors.add(new NamedTensor(spec, values));
    }
    try (TrainableModel model =
        TrainableModel.of(Weights.of(config, Head.LANGUAGE_MODEL, tensors, TestDevice.get()))) {
      TinyModels.backward(model, batch, Retention.LAYER_INPUTS);
      Map<String, float[]> gradients = new LinkedHashMap<>();
      model.weights().arrays().keySet().forEach(n -> gradients.put(n, model.gradient(n)));
      return gradients;
    }
  }

  @Test
  void computedInBfloat16() {
    Map<String, float[]> wide = gradients(CONFIG, batch, Retention.EVERYTHING, name -> true);
    Map<String, float[]> narrow =
        gradients(CONFIG.computedIn(ElementType.BF16), batch, Retention.LAYER_INPUTS, name -> true);
    for (String name : List.of("visual.pos_embed.weight", MERGERS + "0.linear_fc2.weight")) {
      double largest = 0;
      double worst = 0;
      for (int i = 0; i < wide.get(name).length; i++) {
        largest = Math.max(largest, Math.abs(wide.get(name)[i]));
        worst = Math.max(worst, Math.abs(wide.get(name)[i] - narrow.get(name)[i]));
      }
      assertThat(worst).as(name).isPositive().isLessThan(0.1 * largest);
    }
  }

  private static Map<String, float[]> gradients(
      ModelConfig config,
      List<TokenSequence> batch,
      Retention retention,
      Predicate<String> trained) {
    Weights weights = Weights.random(config, Head.LANGUAGE_MODEL, 11, TestDevice.get());
    List<String> names = weights.arrays().keySet().stream().filter(trained).toList();
    try (TrainableModel model = TrainableModel.of(weights, trained)) {
      TinyModels.backward(model, batch, retention);
      Map<String, float[]> gradients = new LinkedHashMap<>();
      names.forEach(name -> gradients.put(name, model.gradient(name)));
      return gradients;
    }
  }
}
