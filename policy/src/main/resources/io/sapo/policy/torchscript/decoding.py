# One token at a time for many rows, over the KV cache.

# q [A, 1, heads, d] over what the rows' caches hold. The query heads that share a key head stand in
# the place of query positions, so that nothing is repeated.
def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
  grouped = q.view([k.size(0), k.size(1), -1, k.size(3)])
  return torch.scaled_dot_product_attention(grouped, k, v, mask).view([q.size(0), 1, -1])

# tokens and lengths [A]: each row's token is fed at place `length` of its cache. Logits [A, V].
def next_logits(tokens: Tensor, lengths: Tensor, offsets: Tensor, visible: int, k: List[Tensor], v: List[Tensor], w: List[Tensor]) -> Tensor:
  eps = __torch__.config.rms_norm_eps()
  x = torch.embedding(__torch__.weights.embed_tokens(w), tokens).unsqueeze(1)
  positions = (lengths + offsets).view([1, -1, 1])
  cos, sin, = __torch__.rotary.angles(positions.expand([len(__torch__.config.rotary_sections()), -1, -1]))
  places = __torch__.kv_cache.places(k[0], lengths)
  hidden = torch.arange(visible, device=lengths.device) > lengths.unsqueeze(1)
  mask = torch.zeros([lengths.size(0), visible], dtype=x.dtype, device=x.device).masked_fill_(hidden, -inf).unsqueeze(1).unsqueeze(1)
  for i in range(__torch__.config.layers()):
    p = __torch__.weights.decoder_layer(w, i)
    normed = __torch__.rms_norm.rms_norm(x, p.input_norm, eps)
    query, key, value, = __torch__.attention.project(normed, p, cos, sin)
    __torch__.kv_cache.append(k[i], key, places)
    __torch__.kv_cache.append(v[i], value, places)
    rows = lengths.size(0)
    attended = __torch__.decoding.attend(query, __torch__.kv_cache.visible(k[i], rows, visible), __torch__.kv_cache.visible(v[i], rows, visible), mask)
    x = __torch__.decoder.feed_forward(x + torch.linear(attended, p.o, p.o_bias), p)
  state = __torch__.rms_norm.rms_norm(x.squeeze(1), __torch__.weights.final_norm(w), eps)
  return __torch__.language_model_head.logits(state, w)

# Feeds prompts (all but their last token) and keeps their keys and values.
def prefill(b: __torch__.batch.Batch, slots: Tensor, source: Tensor, k: List[Tensor], v: List[Tensor], w: List[Tensor]) -> None:
  x = __torch__.embedding.embed(b, w)
  cos, sin, = __torch__.rotary.angles(b.positions)
  for i in range(__torch__.config.layers()):
    p = __torch__.weights.decoder_layer(w, i)
    normed = __torch__.rms_norm.rms_norm(x, p.input_norm, __torch__.config.rms_norm_eps())
    query, key, value, = __torch__.attention.project(normed, p, cos, sin)
    __torch__.kv_cache.fill(k[i], key, slots, source)
    __torch__.kv_cache.fill(v[i], value, slots, source)
    if i + 1 < __torch__.config.layers():
      attended = __torch__.attention.attend(query, key, value)
      x = __torch__.decoder.feed_forward(x + torch.linear(attended, p.o, p.o_bias), p)
