# One token at a time for many rows, over the KV cache. Rows of similar length stand together in
# groups, given by their sizes; a group looks as far back as its longest row, in whole blocks.

class Group(NamedTuple):
  begin : int
  rows : int
  visible : int
  mask : Tensor            # [rows, 1, 1, visible], minus infinity behind each row's last token

# In the type of the caches, as keys are.
def groups(lengths: Tensor, sizes: List[int], keys: Tensor) -> List[__torch__.decoding.Group]:
  found : List[__torch__.decoding.Group] = []
  begin = 0
  for i in range(len(sizes)):
    own = lengths.narrow(0, begin, sizes[i])
    visible = int(own.max()) // 32 * 32 + 32
    hidden = torch.arange(visible, device=lengths.device) > own.unsqueeze(1)
    mask = torch.zeros([sizes[i], visible], dtype=keys.dtype, device=lengths.device).masked_fill_(hidden, -inf)
    found.append(__torch__.decoding.Group(begin, sizes[i], visible, mask.unsqueeze(1).unsqueeze(1)))
    begin = begin + sizes[i]
  return found

# x [A, hidden] times a weight, one vector of d numbers a head: [A, 1, heads, d].
def project(x: Tensor, p: __torch__.weights.Linear, m: Optional[Tensor]) -> Tensor:
  d = __torch__.config.head_dim()
  return __torch__.few_rows.linear(x, p, m).contiguous().view([x.size(0), 1, -1, d])

# Queries and keys turned together.
def turned(q: Tensor, k: Tensor, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor]:
  both = __torch__.rotary.rotate(torch.cat([q, k], 2), cos, sin)
  return (both.narrow(2, 0, q.size(2)).contiguous(), both.narrow(2, q.size(2), k.size(2)))

# q [A, 1, heads, d] over what the rows' caches hold -> [A, heads * d]. The query heads that share
# a key head stand in the place of query positions, so that nothing is repeated.
def attend(q: Tensor, k: Tensor, v: Tensor, groups: List[__torch__.decoding.Group]) -> Tensor:
  by_key_head = torch.to(q, k.dtype).view([q.size(0), k.size(1), -1, k.size(3)])
  parts : List[Tensor] = []
  for i in range(len(groups)):
    g = groups[i]
    keys = __torch__.kv_cache.visible(k, g.begin, g.rows, g.visible)
    values = __torch__.kv_cache.visible(v, g.begin, g.rows, g.visible)
    parts.append(torch.scaled_dot_product_attention(by_key_head.narrow(0, g.begin, g.rows), keys, values, g.mask))
  together = parts[0]
  if len(parts) > 1:
    together = torch.cat(parts, 0)
  return torch.to(together.reshape([q.size(0), -1]), q.dtype)

# tokens and lengths [A]: each row's token is fed at place `length` of its cache. packed see packed.py; one tensor where
# nothing is. Logits [A, V].
def next_logits(tokens: Tensor, lengths: Tensor, offsets: Tensor, sizes: List[int], k: List[Tensor], v: List[Tensor], packed: List[Tensor], w: List[Tensor]) -> Tensor:
  eps = __torch__.config.rms_norm_eps()
  x = __torch__.embedding.tokens(tokens, w)
  positions = (lengths + offsets).view([1, -1, 1])
  cos, sin, = __torch__.rotary.angles(positions.expand([__torch__.config.position_axes(), -1, -1]), x.dtype)
  places = __torch__.kv_cache.places(k[0], lengths)
  groups = __torch__.decoding.groups(lengths, sizes, __torch__.linear.stored(k[0]))
  for i in range(__torch__.config.layers()):
    p = __torch__.weights.decoder_layer(w, i)
    normed = __torch__.rms_norm.rms_norm(x, p.input_norm, eps)
    query = __torch__.head_norm.apply(__torch__.decoding.project(normed, p.q, __torch__.packed.find(packed, i, 0)), p.q_norm)
    key = __torch__.head_norm.apply(__torch__.decoding.project(normed, p.k, __torch__.packed.find(packed, i, 1)), p.k_norm)
    query, key, = __torch__.decoding.turned(query, key, cos, sin)
    __torch__.kv_cache.append(k[i], key, places)
    __torch__.kv_cache.append(v[i], __torch__.decoding.project(normed, p.v, __torch__.packed.find(packed, i, 2)), places)
    attended = __torch__.decoding.attend(query, k[i], v[i], groups)
    x = x + __torch__.few_rows.linear(attended, p.o, __torch__.packed.find(packed, i, 3))
    x = x + __torch__.few_rows.swiglu(__torch__.rms_norm.rms_norm(x, p.post_attention_norm, eps), p, packed, i)
  ends = __torch__.weights.ends(w, 0)
  state = __torch__.rms_norm.rms_norm(x, ends.final_norm, eps)
  return __torch__.few_rows.head(state, packed, w)

# Feeds prompts (all but their last token) and keeps their keys and values.
def prefill(b: __torch__.batch.Batch, slots: Tensor, source: Tensor, k: List[Tensor], v: List[Tensor], w: List[Tensor]) -> None:
  x, features, = __torch__.embedding.embed(b, w)
  cos, sin, = __torch__.rotary.angles(b.positions, x.dtype)
  for i in range(__torch__.config.layers()):
    p = __torch__.weights.decoder_layer(w, i)
    normed = __torch__.rms_norm.rms_norm(x, p.input_norm, __torch__.config.rms_norm_eps())
    query, key, value, = __torch__.attention.project(normed, p)
    query, key, = __torch__.attention.turned(query, key, p, cos, sin)
    queries, keys, values, = __torch__.attention.all_in_sequences(query, key, value, b)
    __torch__.kv_cache.fill(k[i], keys, slots, source)
    __torch__.kv_cache.fill(v[i], values, slots, source)
    if i + 1 < __torch__.config.layers():
      attended, log_sums, = __torch__.attention.attend(queries, keys, values)
      x = x + __torch__.linear.apply(__torch__.attention.of_fed(attended, b), p.o)
      x = x + __torch__.mlp.swiglu(__torch__.decoder_layer.middle_norm(x, p), p.gate, p.up, p.down)
      x = __torch__.deepstack.add(x, i, features, b)
