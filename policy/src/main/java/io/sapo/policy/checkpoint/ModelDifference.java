package io.sapo.policy.checkpoint;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * By what two networks differ in what they compute from the same weights, or in the shapes of
 * these: the first such key of config.json. Heads are left out, and what only training or decoding
 * asks for.
 */
public final class ModelDifference {
  private record Key(String name, Function<ModelConfig, Object> value) {}

  private static final List<Key> KEYS =
      List.of(
          new Key("model_type", config -> config.architecture().modelType()),
          new Key("vocab_size", ModelConfig::vocabSize),
          new Key("hidden_size", config -> config.decoder().hiddenSize()),
          new Key("num_hidden_layers", config -> config.decoder().layers()),
          new Key("intermediate_size", config -> config.decoder().feedForward().intermediateSize()),
          new Key("num_attention_heads", config -> config.decoder().attention().heads()),
          new Key("num_key_value_heads", config -> config.decoder().attention().keyValueHeads()),
          new Key("head_dim", config -> config.decoder().attention().headDim()),
          new Key("attention_bias", config -> config.decoder().attention().queryKeyValueBias()),
          new Key("mlp_bias", config -> config.decoder().feedForward().bias()),
          new Key("rms_norm_eps", config -> config.decoder().rmsNormEps()),
          new Key("rope_theta", config -> config.decoder().attention().rotary().theta()),
          new Key("rope_scaling", config -> config.decoder().attention().rotary().scaling()),
          new Key("vision_config", ModelConfig::vision));

  private ModelDifference() {}

  /** "KEY is A, but … B"; empty for none. */
  public static Optional<String> between(ModelConfig own, ModelConfig wanted, String whose) {
    return KEYS.stream()
        .filter(key -> !Objects.equals(key.value().apply(own), key.value().apply(wanted)))
        .findFirst()
        .map(
            key ->
                "%s is %s, but that of %s is %s"
                    .formatted(
                        key.name(), key.value().apply(own), whose, key.value().apply(wanted)));
  }
}
