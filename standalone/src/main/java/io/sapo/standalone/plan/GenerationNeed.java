package io.sapo.standalone.plan;

import io.sapo.policy.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;

/** Memory that generation needs: of a producer, a gateway and an evaluator. */
final class GenerationNeed {
  /** Prompt tokens fed at a time, padding included. */
  private static final long PREFILL_TOKENS = 8192;

  /** Tensors as large as the logits of a step, counted in float32: drawing needs a double. */
  private static final long LOGIT_COPIES = 7;

  private GenerationNeed() {}

  static Need producer(Workload work) {
    return alone("producer", work, work.producer());
  }

  static Need gateway(Workload work) {
    return alone("gateway", work, work.producer());
  }

  static Need evaluator(Workload work) {
    return alone("evaluator", work, work.evaluation());
  }

  private static Need alone(String role, Workload work, Workload.Generation generation) {
    List<Part> parts = new ArrayList<>(Runtimes.computing(work));
    parts.addAll(LearnerNeed.base(work));
    parts.addAll(own(role, work, generation));
    return new Need(role, parts);
  }

  /** All but runtime and base. */
  static List<Part> own(String role, Workload work, Workload.Generation generation) {
    long copies = 2 * work.sizes().actor() * Float.BYTES;
    List<Part> parts = new ArrayList<>();
    parts.add(
        Part.device(
            role + " weights", copies, "one copy in use, the next version in another; float32"));
    if (!generation.served()) {
      parts.addAll(decoding(role, work, generation));
    }
    if (work.converts()) {
      parts.add(
          Part.device(
              role + " converted weights",
              work.sizes().largest() * work.model().computeType().bytes(),
              "the largest tensor, in the type of the computation"));
    }
    return parts;
  }

  /** What the built-in engine holds beside the weights. */
  private static List<Part> decoding(String role, Workload work, Workload.Generation generation) {
    long logits = (long) generation.slots() * work.model().vocabSize() * Float.BYTES;
    long prompt = Math.max(1, Math.min(generation.promptTokens(), PREFILL_TOKENS));
    long fed = Math.min(PREFILL_TOKENS, generation.slots() * prompt);
    long perToken = work.activations().intermediateBytesPerToken();
    List<Part> parts = new ArrayList<>();
    if (fuses(work)) {
      parts.add(
          Part.device(
              role + " fused weights",
              work.sizes().actor() * ElementType.BF16.bytes(),
              "what is trained, in bfloat16, as decoding on a GPU reads it"));
    }
    if (!work.gpu()) {
      parts.add(
          Part.device(
              role + " packed matrices",
              work.sizes().multiplied() * work.model().computeType().bytes(),
              "the decoder's, as products with few rows read them; "
                  + work.model().computeType().torchName()));
    }
    parts.add(
        Part.device(
            role + " keys and values",
            work.cacheBytes(generation),
            "%d slots of %d tokens in %s, where every response is as long as it may be"
                .formatted(
                    generation.slots(), generation.capacity(), work.cacheType().torchName())));
    parts.add(Part.device(role + " logits", LOGIT_COPIES * logits, "of a step and of the draw"));
    parts.add(
        Part.device(
            role + " prompts", fed * perToken, "a layer of %d prompt tokens".formatted(fed)));
    return parts;
  }

  /** Whether a generator keeps its own copy of what is trained, see FusedWeights. */
  private static boolean fuses(Workload work) {
    return work.gpu() && work.model().computeType() == ElementType.BF16;
  }
}
