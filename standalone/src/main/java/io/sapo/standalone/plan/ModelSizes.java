package io.sapo.standalone.plan;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorSpec;
import java.util.List;
import java.util.function.Predicate;

/**
 * Counts of elements.
 *
 * @param parameters of the checkpoint
 * @param multiplied of the matrices that every token of text passes, embeddings left out
 * @param largest of the largest tensor
 * @param layer of one decoder layer
 * @param frozen of the base that nothing changes; zero where every weight is trained
 * @param actor trained of the actor
 * @param critic trained of a critic
 */
public record ModelSizes(
    long parameters,
    long multiplied,
    long largest,
    long layer,
    long frozen,
    long actor,
    long critic) {

  /**
   * @param adapters null where every weight is trained
   */
  public static ModelSizes of(ModelConfig config, AdapterConfig adapters) {
    WeightLayout actor = WeightLayout.of(config, Head.LANGUAGE_MODEL, adapters);
    WeightLayout critic = WeightLayout.of(config, Head.SCALAR, adapters);
    Predicate<Slot> trained =
        slot ->
            adapters == null
                || slot.adapter()
                || slot.tensor().name().equals(WeightLayout.SCALAR_HEAD);
    long parameters = count(actor, slot -> !slot.adapter());
    long decoder = count(actor, slot -> !slot.adapter() && ofLayer(slot, "model.layers."));
    return new ModelSizes(
        parameters,
        decoder + (long) config.vocabSize() * config.decoder().hiddenSize(),
        specs(actor, slot -> true).stream().mapToLong(TensorSpec::elements).max().orElse(0),
        decoder / config.decoder().layers(),
        adapters == null ? 0 : parameters,
        count(actor, trained),
        count(critic, trained));
  }

  private static boolean ofLayer(Slot slot, String prefix) {
    return slot.tensor().name().startsWith(prefix);
  }

  private static long count(WeightLayout layout, Predicate<Slot> counted) {
    return specs(layout, counted).stream().mapToLong(TensorSpec::elements).sum();
  }

  /** Tied embeddings once. */
  private static List<TensorSpec> specs(WeightLayout layout, Predicate<Slot> counted) {
    return layout.slots().stream()
        .filter(slot -> slot.present() && counted.test(slot))
        .map(Slot::tensor)
        .distinct()
        .toList();
  }

  /** Bytes that the frozen base takes once it is loaded. */
  public long frozenBytes(ElementType stored) {
    return frozen * loaded(stored).bytes();
  }

  /** float16 becomes float32 when it is loaded; bfloat16 stays. */
  static ElementType loaded(ElementType stored) {
    return stored == ElementType.BF16 ? ElementType.BF16 : ElementType.F32;
  }
}
