package io.sapo.policy.script;

import io.sapo.policy.checkpoint.ModelConfig;

/** File {@code vision}: the way to the tower that the architecture has. */
final class ScriptVision {
  private ScriptVision() {}

  static String source(ModelConfig config) {
    String tower =
        switch (config.architecture()) {
          case QWEN2, QWEN3, LLAMA -> "no_vision";
          case QWEN2_5_VL -> "window_vision";
          case QWEN3_VL -> "deepstack_vision";
        };
    return """
        # -> embeddings [M, hidden] of all pictures of the batch in the order of their image tokens, and as
        # many features of the same shape as decoder layers behind which one is added to them.
        def embed_pictures(b: __torch__.batch.Batch, w: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
          return __torch__.%s.embed_pictures(b, w)
        """
        .formatted(tower);
  }
}
