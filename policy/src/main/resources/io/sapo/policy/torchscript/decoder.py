# The stack of decoder layers.

def feed_forward(x: Tensor, p: __torch__.weights.DecoderLayer) -> Tensor:
  normed = __torch__.rms_norm.rms_norm(x, p.post_attention_norm, __torch__.config.rms_norm_eps())
  return x + __torch__.mlp.swiglu(normed, p.gate, p.gate_bias, p.up, p.up_bias, p.down, p.down_bias)

def layer(x: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor) -> Tensor:
  normed = __torch__.rms_norm.rms_norm(x, p.input_norm, __torch__.config.rms_norm_eps())
  attended = x + __torch__.attention.causal(normed, p, cos, sin)
  return __torch__.decoder.feed_forward(attended, p)

# Hidden states [N, hidden] from which the response tokens are predicted.
def response_states(b: __torch__.batch.Batch, w: List[Tensor]) -> Tensor:
  x = __torch__.embedding.embed(b, w)
  cos, sin, = __torch__.rotary.angles(b.positions)
  for i in range(__torch__.config.layers()):
    x = __torch__.decoder.layer(x, __torch__.weights.decoder_layer(w, i), cos, sin)
  chosen = torch.embedding(x.flatten(0, 1), b.rows)
  return __torch__.rms_norm.rms_norm(chosen, __torch__.weights.final_norm(w), __torch__.config.rms_norm_eps())
