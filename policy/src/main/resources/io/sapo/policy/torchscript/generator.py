# What the Java class Generator calls. k and v are the caches, one tensor a layer; slots in use are
# the first A.
class Generator(Module):
  __parameters__ = []
  __buffers__ = []

  # Fills slots [S] with prompts of the batch; slot i takes prompt source[i].
  def prefill(self: __torch__.generator.Generator, slots: Tensor, source: Tensor, batch: List[Tensor], k: List[Tensor], v: List[Tensor], w: List[Tensor]) -> Tensor:
    __torch__.decoding.prefill(__torch__.batch.of(batch, w), __torch__.host.to(slots, k[0].device), __torch__.host.to(source, k[0].device), k, v, w)
    return slots

  # Copies the first `extent` places of slots `origin` over slots `target`.
  def move(self: __torch__.generator.Generator, origin: Tensor, target: Tensor, extent: Tensor, k: List[Tensor], v: List[Tensor]) -> Tensor:
    from_slots = __torch__.host.to(origin, k[0].device)
    to_slots = __torch__.host.to(target, k[0].device)
    for i in range(len(k)):
      __torch__.kv_cache.move(k[i], from_slots, to_slots, int(extent))
      __torch__.kv_cache.move(v[i], from_slots, to_slots, int(extent))
    return target

  # Copies a cache into a larger one.
  def widen(self: __torch__.generator.Generator, smaller: List[Tensor], larger: List[Tensor]) -> Tensor:
    larger[0].narrow(2, 0, smaller[0].size(2)).copy_(smaller[0])
    return larger[0]

  # Lays matrices out for decode; rows []: how many it will mostly multiply them with.
  def pack(self: __torch__.generator.Generator, rows: Tensor, w: List[Tensor]) -> List[Tensor]:
    return __torch__.packed.all(int(rows), w)

  # What decode_fused takes instead of the weights, see fused_weights.py.
  def fuse(self: __torch__.generator.Generator, w: List[Tensor]) -> List[Tensor]:
    return __torch__.fused_weights.fuse(w)

  def clear(self: __torch__.generator.Generator, k: List[Tensor], v: List[Tensor]) -> Tensor:
    for i in range(len(k)):
      k[i].zero_()
      v[i].zero_()
    return k[0]

  # groups see decoding.py. rows [3, A]: token to feed, tokens in the cache, what to add to a cache place
  # to get its rotary position. uniforms [steps, A]; settings see sampling.py; forbidden [V] is
  # added to the logits unless empty, and lies on the device. Returns sampling.together of what was drawn.
  def decode(self: __torch__.generator.Generator, groups: Tensor, rows: Tensor, uniforms: Tensor, given: Tensor, forbidden: Tensor, k: List[Tensor], v: List[Tensor], packed: List[Tensor], w: List[Tensor]) -> Tensor:
    device = k[0].device
    tokens, lengths, offsets, = __torch__.host.to(rows, device).unbind(0)
    sizes = annotate(List[int], groups.tolist())
    numbers = __torch__.host.to(uniforms, device)
    settings = __torch__.sampling.settings(given, __torch__.weights.ends(w, 0).head.size(0), device)
    drawn : List[Tensor] = []
    log_probs : List[Tensor] = []
    entropies : List[Tensor] = []
    for step in range(uniforms.size(0)):
      logits = __torch__.decoding.next_logits(tokens, lengths, offsets, sizes, k, v, packed, w)
      if forbidden.numel() > 0:
        logits = logits + forbidden
      tokens, log_prob, entropy, = __torch__.sampling.draw(logits, numbers[step], settings)
      lengths = (lengths + 1).clamp_max(k[0].size(2) - 1)
      drawn.append(tokens)
      log_probs.append(log_prob)
      entropies.append(entropy)
    return __torch__.sampling.together(drawn, log_probs, entropies)

  # The same with few launches, for a GPU.
  def decode_fused(self: __torch__.generator.Generator, rows: Tensor, uniforms: Tensor, given: Tensor, forbidden: Tensor, k: List[Tensor], v: List[Tensor], fused: List[Tensor]) -> Tensor:
    return __torch__.fused_decoding.decode(rows, uniforms, given, forbidden, k, v, fused)
