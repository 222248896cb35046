package io.sapo.policy.network;

import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.tensor.NonFinite;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether a checkpoint's tensors are those of the network that its config.json describes: none is
 * missing or of another shape, and none is there that the network would leave out. Names, shapes
 * and types are looked at; elements only where a tied model brings a head too.
 */
public final class StoredWeights {
  private static final String HEAD = WeightLayout.LANGUAGE_MODEL_HEAD;

  private StoredWeights() {}

  /**
   * @throws InvalidCheckpointException naming the file and a tensor
   */
  public static void check(SafetensorsReader reader, ModelConfig config) {
    check(reader, config, Head.LANGUAGE_MODEL);
  }

  /** The same of a network with the given head; what stands for the other one is left alone. */
  public static void check(SafetensorsReader reader, ModelConfig config, Head head) {
    Set<String> wanted = new HashSet<>();
    for (Slot slot : WeightLayout.of(config, head, null).slots()) {
      if (slot.present() && wanted.add(slot.tensor().name())) {
        StoredNames.find(reader, slot.tensor(), config);
      }
    }
    Set<String> seen = new HashSet<>();
    for (String name : reader.names()) {
      String own = StoredNames.own(name);
      if (!seen.add(own)) {
        throw new InvalidCheckpointException(
            "%s: tensor '%s' is there twice, under a flat and a nested name"
                .formatted(reader.files(), own));
      }
      if (!wanted.contains(own) && ofTheNetwork(own)) {
        throw new InvalidCheckpointException(
            "%s: tensor '%s' has no place in the %s model of %d layers that config.json describes"
                .formatted(
                    reader.files(),
                    name,
                    config.architecture().modelType(),
                    config.decoder().layers()));
      }
    }
    if (head == Head.LANGUAGE_MODEL && config.tieWordEmbeddings() && reader.contains(HEAD)) {
      refuseAnotherHead(reader, config);
    }
  }

  /**
   * Reads every element.
   *
   * @throws InvalidCheckpointException naming the file and the first tensor that holds what is no
   *     finite number
   */
  public static void checkFinite(SafetensorsReader reader) {
    reader.names().parallelStream()
        .filter(name -> NonFinite.first(reader.data(name)).isPresent())
        .findFirst()
        .ifPresent(
            name -> {
              throw new InvalidCheckpointException(
                  "%s: element %d of tensor '%s' is NaN or infinite; nothing can be trained from such weights"
                      .formatted(
                          reader.files(), NonFinite.first(reader.data(name)).getAsLong(), name));
            });
  }

  /** The public library takes such a model for an untied one, whatever config.json says. */
  private static void refuseAnotherHead(SafetensorsReader reader, ModelConfig config) {
    long[] shape = {config.vocabSize(), config.decoder().hiddenSize()};
    TensorData embedding =
        StoredNames.find(reader, new TensorSpec(WeightLayout.TOKEN_EMBEDDINGS, shape), config);
    TensorData head = StoredNames.find(reader, new TensorSpec(HEAD, shape), config);
    if (head.spec().name().equals(embedding.spec().name())) {
      return; // stored once
    }
    if (head.type() != embedding.type() || !sameElements(head, embedding)) {
      throw new InvalidCheckpointException(
          "%s: tensor '%s' differs from '%s', but config.json says tie_word_embeddings; set that to false, or take the tensor out"
              .formatted(reader.files(), HEAD, WeightLayout.TOKEN_EMBEDDINGS));
    }
  }

  private static boolean sameElements(TensorData one, TensorData other) {
    boolean[] same = {true};
    long[] at = {0};
    one.forEachWindow(
        window -> {
          int length = window.remaining();
          other.read(at[0], length, theirs -> same[0] &= theirs.equals(window));
          at[0] += length;
        });
    return same[0];
  }

  /**
   * The first tensor by which two checkpoints of one model differ, heads apart; where they are
   * stored in different types, elements are not compared.
   *
   * @throws InvalidCheckpointException where one of them does not fit the configuration
   */
  public static Optional<TensorSpec> firstDifference(
      SafetensorsReader one, SafetensorsReader other, ModelConfig config) {
    return WeightLayout.of(config, Head.SCALAR, null).slots().stream()
        .filter(Slot::present)
        .map(Slot::tensor)
        .filter(spec -> !spec.name().equals(WeightLayout.SCALAR_HEAD))
        .distinct()
        .filter(
            spec -> {
              TensorData ours = StoredNames.find(one, spec, config);
              TensorData theirs = StoredNames.find(other, spec, config);
              return ours.type() == theirs.type() && !sameElements(ours, theirs);
            })
        .findFirst();
  }

  /** Tied models may bring their head too, older ones what rotary positions are made from. */
  private static boolean ofTheNetwork(String name) {
    return Stream.of("model.", "visual.", "lm_head.").anyMatch(name::startsWith)
        && !name.equals(HEAD)
        && !name.endsWith("rotary_emb.inv_freq");
  }
}
