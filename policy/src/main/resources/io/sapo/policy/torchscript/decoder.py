# The stack of decoder layers.

def feed_forward(x: Tensor, p: __torch__.weights.DecoderLayer) -> Tensor:
  normed = __torch__.rms_norm.rms_norm(x, p.post_attention_norm, __torch__.config.rms_norm_eps())
  return x + __torch__.mlp.swiglu(normed, p.gate, p.up, p.down)

def layer(x: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor, b: __torch__.batch.Batch) -> Tensor:
  normed = __torch__.rms_norm.rms_norm(x, p.input_norm, __torch__.config.rms_norm_eps())
  attended = x + __torch__.attention.causal(normed, p, cos, sin, b)
  return __torch__.decoder.feed_forward(attended, p)

# x [R, hidden] -> [N, hidden]: the rows from which the response tokens are predicted.
def response_rows(x: Tensor, b: __torch__.batch.Batch) -> Tensor:
  return torch.embedding(x, b.rows)

def final_norm(rows: Tensor, w: List[Tensor]) -> Tensor:
  return __torch__.rms_norm.rms_norm(rows, __torch__.weights.ends(w, 0).final_norm, __torch__.config.rms_norm_eps())

# Hidden states [N, hidden] from which the response tokens are predicted.
def response_states(b: __torch__.batch.Batch, w: List[Tensor]) -> Tensor:
  x, features, = __torch__.embedding.embed(b, w)
  cos, sin, = __torch__.rotary.angles(b.positions, x.dtype)
  for i in range(__torch__.config.layers()):
    x = __torch__.decoder.layer(x, __torch__.weights.decoder_layer(w, i), cos, sin, b)
    x = __torch__.deepstack.add(x, i, features, b)
  return __torch__.decoder.final_norm(__torch__.decoder.response_rows(x, b), w)
