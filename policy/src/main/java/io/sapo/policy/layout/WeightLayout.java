package io.sapo.policy.layout;

import io.sapo.policy.checkpoint.AttentionConfig;
import io.sapo.policy.checkpoint.DecoderConfig;
import io.sapo.policy.checkpoint.FeedForwardConfig;
import io.sapo.policy.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which weights a network has and where they stand in the flat list that TorchScript methods take.
 * The text of {@code weights.py}, by which the scripts read the list, is made from the same
 * declarations.
 */
public final class WeightLayout {
  public static final String TOKEN_EMBEDDINGS = "model.embed_tokens.weight";
  public static final String LANGUAGE_MODEL_HEAD = "lm_head.weight";
  public static final String SCALAR_HEAD = "score.weight";
  public static final String SCALAR_HEAD_BIAS = "score.bias";

  /** Place of the adapters' factor s, a scalar; empty without adapters. */
  public static final int ADAPTER_SCALE = 3;

  private static final String PRELUDE =
      """
      # The flat list of weights as Java's WeightLayout orders it. What the configuration lacks is an
      # empty tensor in the list.

      class Linear(NamedTuple):
        weight : Tensor          # [out, in]
        bias : Optional[Tensor]
        a : Optional[Tensor]     # [rank, in], with b [out, rank] and the factor a low-rank adapter
        b : Optional[Tensor]
        scale : Tensor

      class LayerNorm(NamedTuple):
        weight : Tensor
        bias : Tensor

      def present(w: Tensor) -> Optional[Tensor]:
        found : Optional[Tensor] = None
        if w.numel() > 0:
          found = w
        return found

      def linear(w: List[Tensor], i: int) -> __torch__.weights.Linear:
        return __torch__.weights.Linear(w[i], __torch__.weights.present(w[i + 1]), __torch__.weights.present(w[i + 2]), __torch__.weights.present(w[i + 3]), w[%s])

      """
          .formatted(ADAPTER_SCALE);

  private final Struct ends;
  private final Struct decoderLayers;
  private final List<Struct> vision;

  private WeightLayout(ModelConfig config, Head head, AdapterConfig adapters) {
    ends = ends(config, head);
    decoderLayers = decoderLayers(config, adapters, ends.end());
    vision = VisionLayout.structs(config, adapters, decoderLayers.end());
  }

  /**
   * @param adapters null without
   */
  public static WeightLayout of(ModelConfig config, Head head, AdapterConfig adapters) {
    return new WeightLayout(config, head, adapters);
  }

  /** Text of {@code weights.py}; it is the same for either head, with adapters or without. */
  public static String source(ModelConfig config) {
    WeightLayout layout = of(config, Head.LANGUAGE_MODEL, null);
    return PRELUDE
        + layout.ends.source()
        + layout.decoderLayers.source()
        + layout.vision.stream().map(Struct::source).collect(Collectors.joining());
  }

  /** Slots in script order. Tied embeddings are named twice. */
  public List<Slot> slots() {
    List<Slot> slots = new ArrayList<>(ends.slots());
    slots.addAll(decoderLayers.slots());
    vision.forEach(struct -> slots.addAll(struct.slots()));
    return slots;
  }

  /**
   * The slots by the order in which a forward pass needs them: embeddings and vision tower, each
   * decoder layer, final norm and head.
   */
  public List<List<Slot>> stages() {
    List<List<Slot>> stages = new ArrayList<>();
    List<Slot> inputs = new ArrayList<>(ends.slots().subList(0, 1));
    vision.forEach(struct -> inputs.addAll(struct.slots()));
    stages.add(inputs);
    for (int layer = 0; layer < decoderLayers.occurrences(); layer++) {
      stages.add(decoderLayers.slots(layer));
    }
    List<Slot> outputs = new ArrayList<>(ends.slots());
    outputs.remove(ADAPTER_SCALE);
    outputs.remove(0);
    stages.add(outputs);
    return stages;
  }

  private static Struct ends(ModelConfig config, Head head) {
    long hidden = config.decoder().hiddenSize();
    boolean scalar = head.scalar();
    String top =
        scalar ? SCALAR_HEAD : config.tieWordEmbeddings() ? TOKEN_EMBEDDINGS : LANGUAGE_MODEL_HEAD;
    return new Struct("Ends", "ends", 0, List.of(""))
        .tensor("embed_tokens", TOKEN_EMBEDDINGS, config.vocabSize(), hidden)
        .tensor("final_norm", "model.norm.weight", hidden)
        .tensor("head", top, scalar ? 1 : config.vocabSize(), hidden)
        .optional("adapter_scale", false, "")
        .optional("head_bias", head == Head.SCALAR_WITH_BIAS, SCALAR_HEAD_BIAS, 1);
  }

  private static Struct decoderLayers(ModelConfig config, AdapterConfig adapters, int begin) {
    DecoderConfig decoder = config.decoder();
    AttentionConfig attention = decoder.attention();
    long hidden = decoder.hiddenSize();
    long queries = attention.queryWidth();
    long keys = attention.keyValueWidth();
    Struct layer =
        new Struct(
            "DecoderLayer", "decoder_layer", begin, prefixes("model.layers.%s.", decoder.layers()));
    layer.tensor("input_norm", "input_layernorm.weight", hidden);
    boolean bias = attention.queryKeyValueBias();
    layer.linear("q", "self_attn.q_proj", queries, hidden, bias, adapters);
    layer.linear("k", "self_attn.k_proj", keys, hidden, bias, adapters);
    layer.linear("v", "self_attn.v_proj", keys, hidden, bias, adapters);
    layer.linear("o", "self_attn.o_proj", hidden, queries, attention.outputBias(), adapters);
    layer.tensor("post_attention_norm", "post_attention_layernorm.weight", hidden);
    FeedForwardConfig feedForward = decoder.feedForward();
    layer.swiglu(hidden, feedForward.intermediateSize(), feedForward.bias(), adapters);
    boolean norm = config.architecture().queryKeyNorm();
    layer.optional("q_norm", norm, "self_attn.q_norm.weight", attention.headDim());
    return layer.optional("k_norm", norm, "self_attn.k_norm.weight", attention.headDim());
  }

  private static List<String> prefixes(String format, int count) {
    return IntStream.range(0, count).mapToObj(format::formatted).toList();
  }
}
