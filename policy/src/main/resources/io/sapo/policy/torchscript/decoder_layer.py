# A decoder layer: attention and SwiGLU, each behind a norm and added to its input.

# What the way back wants besides the layer's input; what is missing here, it computes again: norms, the
# product of the gate, what is taken into sequences.
class Intermediates(NamedTuple):
  q : Tensor               # [R, heads, d] queries, keys and values as the projections give them
  k : Tensor
  v : Tensor
  attended : Tensor        # [B, T, heads * d]
  log_sums : Tensor        # see attention.attend
  middle : Tensor          # [R, hidden] what leaves attention and enters the feed-forward part
  gate : Tensor            # [R, intermediate]
  up : Tensor

def pack(m: __torch__.decoder_layer.Intermediates) -> List[Tensor]:
  return [m.q, m.k, m.v, m.attended, m.log_sums, m.middle, m.gate, m.up]

# As pack made them, from place `at` on.
def unpack(kept: List[Tensor], at: int) -> __torch__.decoder_layer.Intermediates:
  return __torch__.decoder_layer.Intermediates(kept[at], kept[at + 1], kept[at + 2], kept[at + 3], kept[at + 4], kept[at + 5], kept[at + 6], kept[at + 7])

def packed_tensors() -> int:
  return 8

def intermediates(x: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor, b: __torch__.batch.Batch) -> __torch__.decoder_layer.Intermediates:
  q, k, v, = __torch__.attention.project(__torch__.decoder_layer.input_norm(x, p), p)
  attended, log_sums, = __torch__.attention.causal(q, k, v, p, cos, sin, b)
  middle = x + __torch__.linear.apply(__torch__.attention.of_fed(attended, b), p.o)
  normed = __torch__.decoder_layer.middle_norm(middle, p)
  return __torch__.decoder_layer.Intermediates(q, k, v, attended, log_sums, middle, __torch__.linear.apply(normed, p.gate), __torch__.linear.apply(normed, p.up))

def output(m: __torch__.decoder_layer.Intermediates, p: __torch__.weights.DecoderLayer) -> Tensor:
  return m.middle + __torch__.linear.apply(__torch__.mlp.gated(m.gate, m.up), p.down)

def forward(x: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor, b: __torch__.batch.Batch) -> Tensor:
  return __torch__.decoder_layer.output(__torch__.decoder_layer.intermediates(x, p, cos, sin, b), p)

def input_norm(x: Tensor, p: __torch__.weights.DecoderLayer) -> Tensor:
  return __torch__.rms_norm.rms_norm(x, p.input_norm, __torch__.config.rms_norm_eps())

def middle_norm(x: Tensor, p: __torch__.weights.DecoderLayer) -> Tensor:
  return __torch__.rms_norm.rms_norm(x, p.post_attention_norm, __torch__.config.rms_norm_eps())

# d, the gradient with respect to the layer's output -> that with respect to its input x, both
# [R, hidden]. Those of the parameters p are added to the buffers g.
def backward(d: Tensor, x: Tensor, m: __torch__.decoder_layer.Intermediates, p: __torch__.weights.DecoderLayer, g: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor, b: __torch__.batch.Batch) -> Tensor:
  d_middle = d + __torch__.decoder_layer.feed_forward_backward(d, m, p, g)
  d_attended = __torch__.linear.backward(d_middle, __torch__.attention.of_fed(m.attended, b), p.o, g.o, None)
  d_q, d_k, d_v, = __torch__.attention_backward.causal(d_attended, m.q, m.k, m.v, m.attended, m.log_sums, p, g, cos, sin, b)
  normed = __torch__.decoder_layer.input_norm(x, p)
  d_normed = __torch__.linear.backward(d_q.flatten(1), normed, p.q, g.q, None)
  d_normed = __torch__.linear.backward(d_k.flatten(1), normed, p.k, g.k, d_normed)
  d_normed = __torch__.linear.backward(d_v.flatten(1), normed, p.v, g.v, d_normed)
  return d_middle.add_(__torch__.rms_norm.backward(d_normed, x, p.input_norm, g.input_norm, __torch__.config.rms_norm_eps()))

# The part of the gradient with respect to m.middle that comes by the feed-forward part.
def feed_forward_backward(d: Tensor, m: __torch__.decoder_layer.Intermediates, p: __torch__.weights.DecoderLayer, g: __torch__.weights.DecoderLayer) -> Tensor:
  activated = torch.silu(m.gate)
  d_gated = __torch__.linear.backward(d, activated * m.up, p.down, g.down, None)
  d_up = activated.mul_(d_gated)
  d_gate = torch.silu_backward(d_gated.mul_(m.up), m.gate)
  normed = __torch__.decoder_layer.middle_norm(m.middle, p)
  d_normed = __torch__.linear.backward(d_gate, normed, p.gate, g.gate, None)
  d_normed = __torch__.linear.backward(d_up, normed, p.up, g.up, d_normed)
  return __torch__.rms_norm.backward(d_normed, m.middle, p.post_attention_norm, g.post_attention_norm, __torch__.config.rms_norm_eps())
