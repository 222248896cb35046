# As decoding.py, for a GPU: there a step takes as long as its launches, whose number is kept small. All
# rows attend together, as far back as the longest of them will be in this call.

# x / sqrt(mean(x^2) + eps) * weight, see rms_norm.py; eps [] float32.
def rms_norm(x: Tensor, weight: Tensor, eps: Tensor) -> Tensor:
  norm = torch.linalg_vector_norm(x, 2, [-1], True, dtype=6)
  scale = torch.addcmul(eps, norm, norm, value=1. / x.size(-1)).rsqrt_()
  normed = torch.mul(x, scale, out=torch.empty_like(x))
  return normed.mul_(weight)

# y [A, out] plus x times the map, `low` being x times the down-projections and `at` where its own begins.
def add(y: Tensor, x: Tensor, p: __torch__.fused_weights.Map, low: Tensor, at: int) -> Tensor:
  y.addmm_(x, p.matrix)
  if p.bias.numel() > 0:
    y.add_(p.bias)
  if p.up.numel() > 0:
    y.addmm_(low.narrow(1, at, p.up.size(0)), p.up)
  return y

# x [A, in] times the map, as in add.
def product(x: Tensor, p: __torch__.fused_weights.Map, low: Tensor, at: int) -> Tensor:
  if p.bias.numel() > 0:
    y = torch.addmm(p.bias, x, p.matrix)
  else:
    y = torch.mm(x, p.matrix)
  if p.up.numel() > 0:
    y.addmm_(low.narrow(1, at, p.up.size(0)), p.up)
  return y

# x times the down-projections of adapters; x itself where there are none.
def low(x: Tensor, down: Tensor) -> Tensor:
  found = x
  if down.numel() > 0:
    found = torch.mm(x, down)
  return found

def rank(p: __torch__.fused_weights.Map) -> int:
  found = 0
  if p.up.numel() > 0:
    found = p.up.size(0)
  return found

# x [A, heads * d] -> [A, 1, heads, d], normalised where the architecture does.
def heads(x: Tensor, norm: Tensor, eps: Tensor) -> Tensor:
  found = x.view([x.size(0), 1, -1, __torch__.config.head_dim()])
  if norm.numel() > 0:
    found = __torch__.fused_decoding.rms_norm(found, norm, eps)
  return found

# What the rows' tokens see of themselves and those before them, [A, heads * d]; their keys and values go
# to their places in the caches k and v, of which keys and values [A, keyValueHeads, visible, d] are views.
def attend(x: Tensor, p: __torch__.fused_weights.Layer, cos: Tensor, sin: Tensor, places: Tensor, mask: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, eps: Tensor) -> Tensor:
  low = __torch__.fused_decoding.low(x, p.qkv_down)
  at = __torch__.fused_decoding.rank(p.q)
  q = __torch__.fused_decoding.heads(__torch__.fused_decoding.product(x, p.q, low, 0), p.q_norm, eps)
  key = __torch__.fused_decoding.heads(__torch__.fused_decoding.product(x, p.k, low, at), p.k_norm, eps)
  value = __torch__.fused_decoding.product(x, p.v, low, at + __torch__.fused_decoding.rank(p.k))
  both = __torch__.rotary.rotate(torch.cat([q, key], 2), cos, sin)
  d = both.size(3)
  torch.index_put_(k, annotate(List[Optional[Tensor]], [places]), both.narrow(2, q.size(2), key.size(2)).reshape([-1, d]))
  torch.index_put_(v, annotate(List[Optional[Tensor]], [places]), value.view([-1, d]))
  by_key_head = both.narrow(2, 0, q.size(2)).view([x.size(0), key.size(2), -1, d])
  return torch.scaled_dot_product_attention(by_key_head, keys, values, mask).reshape([x.size(0), -1])

# x [A, hidden] through a layer, in place.
def layer(x: Tensor, p: __torch__.fused_weights.Layer, cos: Tensor, sin: Tensor, places: Tensor, mask: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, eps: Tensor) -> None:
  attended = __torch__.fused_decoding.attend(__torch__.fused_decoding.rms_norm(x, p.input_norm, eps), p, cos, sin, places, mask, k, v, keys, values, eps)
  __torch__.fused_decoding.add(x, attended, p.o, __torch__.fused_decoding.low(attended, p.o_down), 0)
  normed = __torch__.fused_decoding.rms_norm(x, p.post_attention_norm, eps)
  low = __torch__.fused_decoding.low(normed, p.gate_up_down)
  gated = torch.silu_(__torch__.fused_decoding.product(normed, p.gate, low, 0))
  gated.mul_(__torch__.fused_decoding.product(normed, p.up, low, __torch__.fused_decoding.rank(p.gate)))
  __torch__.fused_decoding.add(x, gated, p.down, __torch__.fused_decoding.low(gated, p.down_down), 0)

# Cosines and sines [steps, A, 1, 1, d] of rows [A] that begin at these positions.
def angles(positions: Tensor, steps: int, type: int) -> Tuple[Tensor, Tensor]:
  all = positions.unsqueeze(0) + torch.arange(steps, dtype=4, device=positions.device).unsqueeze(1)
  axes = all.unsqueeze(0).expand([__torch__.config.position_axes(), -1, -1])
  cos, sin, = __torch__.rotary.angles(axes, type)
  return (cos.unsqueeze(2), sin.unsqueeze(2))

# As Generator.decode, which says what is given and returned.
def decode(rows: Tensor, uniforms: Tensor, given: Tensor, forbidden: Tensor, k: List[Tensor], v: List[Tensor], fused: List[Tensor]) -> Tensor:
  device = k[0].device
  tokens, lengths, offsets, = __torch__.host.to(rows, device).unbind(0)
  numbers = __torch__.host.to(uniforms, device)
  steps = uniforms.size(0)
  capacity = k[0].size(2)
  layers = __torch__.fused_weights.layers(fused)
  ends = __torch__.fused_weights.ends(fused)
  type = ends.final_norm.dtype
  eps = torch.scalar_tensor(__torch__.config.rms_norm_eps(), dtype=6, device=device)
  cos, sin, = __torch__.fused_decoding.angles(lengths + offsets, steps, type)
  visible = min(capacity, (int(rows[1].max()) + steps - 1) // 32 * 32 + 32)
  caches : List[List[Tensor]] = []
  for i in range(len(layers)):
    of_k = __torch__.linear.stored(k[i])
    of_v = __torch__.linear.stored(v[i])
    d = of_k.size(3)
    caches.append([of_k.view([-1, d]), of_v.view([-1, d]), of_k.narrow(0, 0, tokens.size(0)).narrow(2, 0, visible), of_v.narrow(0, 0, tokens.size(0)).narrow(2, 0, visible)])
  settings = __torch__.sampling.settings(given, ends.head.size(1), device)
  back = torch.arange(visible, device=device)
  seen = torch.zeros([tokens.size(0), visible], dtype=type, device=device)
  drawn : List[Tensor] = []
  log_probs : List[Tensor] = []
  entropies : List[Tensor] = []
  for step in range(steps):
    x = torch.to(torch.embedding(ends.embed_tokens, tokens), type)
    places = __torch__.kv_cache.places(k[0], lengths)
    mask = seen.masked_fill(back > lengths.unsqueeze(1), -inf).unsqueeze(1).unsqueeze(1)
    for i in range(len(layers)):
      c = caches[i]
      __torch__.fused_decoding.layer(x, layers[i], cos[step], sin[step], places, mask, c[0], c[1], c[2], c[3], eps)
    logits = torch.to(torch.mm(__torch__.fused_decoding.rms_norm(x, ends.final_norm, eps), ends.head), 6)
    if forbidden.numel() > 0:
      logits = logits + forbidden
    tokens, log_prob, entropy, = __torch__.sampling.draw(logits, numbers[step], settings)
    lengths = (lengths + 1).clamp_max(capacity - 1)
    drawn.append(tokens)
    log_probs.append(log_prob)
    entropies.append(entropy)
  return __torch__.sampling.together(drawn, log_probs, entropies)
