# The stack of decoder layers.

# x [R, hidden] -> [N, hidden]: the rows from which the response tokens are predicted.
def response_rows(x: Tensor, b: __torch__.batch.Batch) -> Tensor:
  return torch.embedding(x, b.rows)

def final_norm(rows: Tensor, w: List[Tensor]) -> Tensor:
  return __torch__.rms_norm.rms_norm(rows, __torch__.weights.ends(w, 0).final_norm, __torch__.config.rms_norm_eps())

# d [N, hidden], the gradient with respect to final_norm(rows, w) -> that with respect to the rows.
def final_norm_backward(d: Tensor, rows: Tensor, gradients: List[Tensor], w: List[Tensor]) -> Tensor:
  return __torch__.rms_norm.backward(d, rows, __torch__.weights.ends(w, 0).final_norm, __torch__.weights.ends(gradients, 0).final_norm, __torch__.config.rms_norm_eps())

# Hidden states [N, hidden] from which the response tokens are predicted.
def response_states(b: __torch__.batch.Batch, w: List[Tensor]) -> Tensor:
  x, features, = __torch__.embedding.embed(b, w)
  cos, sin, = __torch__.rotary.angles(b.positions, x.dtype)
  for i in range(__torch__.config.layers()):
    x = __torch__.decoder_layer.forward(x, __torch__.weights.decoder_layer(w, i), cos, sin, b)
    x = __torch__.deepstack.add(x, i, features, b)
  return __torch__.decoder.final_norm(__torch__.decoder.response_rows(x, b), w)
