# The vision tower of Qwen2.5-VL: patches -> blocks of window or whole-picture attention -> merger.
# Patches stand in window order throughout, so that a window's patches, and a picture's, are
# neighbours.

# positions [2, P] -> cosines and sines [P, 1, d]. Half of the pairs turn by the row, half by the
# column.
def angles(positions: Tensor, type: int) -> Tuple[Tensor, Tensor]:
  frequencies = torch.tensor(__torch__.config.vision_inverse_frequencies(), dtype=6, device=positions.device)
  row = positions[0].unsqueeze(-1) * frequencies
  column = positions[1].unsqueeze(-1) * frequencies
  return __torch__.rotary.cos_sin(torch.cat([row, column], -1).unsqueeze(1), type)

def block(x: Tensor, p: __torch__.weights.VisionBlock, cos: Tensor, sin: Tensor, pad: Tensor, unpad: Tensor, mask: Tensor) -> Tensor:
  normed = __torch__.rms_norm.rms_norm(x, p.norm1, __torch__.config.vision_rms_norm_eps())
  q, k, v, = __torch__.linear.apply(normed, p.qkv).unflatten(-1, [3, __torch__.config.vision_heads(), -1]).unbind(1)
  attended = __torch__.segments.attend(__torch__.rotary.rotate(q, cos, sin), __torch__.rotary.rotate(k, cos, sin), v, pad, unpad, mask)
  x = x + __torch__.linear.apply(attended, p.proj)
  normed = __torch__.rms_norm.rms_norm(x, p.norm2, __torch__.config.vision_rms_norm_eps())
  return x + __torch__.mlp.swiglu(normed, p.gate, p.up, p.down)

# Joins each square of neighbouring patches into one vector of the decoder's width.
def merge(x: Tensor, p: __torch__.weights.VisionEnds) -> Tensor:
  normed = __torch__.rms_norm.rms_norm(x, p.merger_norm, __torch__.config.vision_rms_norm_eps())
  joined = normed.view([-1, p.merger_in.weight.size(1)])
  return __torch__.linear.apply(torch.gelu(__torch__.linear.apply(joined, p.merger_in)), p.merger_out)

# Embeddings [M, hidden] of all pictures of the batch in the order of their image tokens.
def embed_pictures(b: __torch__.batch.Batch, w: List[Tensor]) -> Tensor:
  ends = __torch__.weights.vision_ends(w, 0)
  patches = torch.to(b.patches, __torch__.config.compute_type())
  x = torch.linear(patches, __torch__.linear.weight(ends.patch_embed, patches).flatten(1))
  cos, sin, = __torch__.vision.angles(b.patch_positions, x.dtype)
  whole_picture = __torch__.config.vision_full_attention()
  for i in range(len(whole_picture)):
    p = __torch__.weights.vision_block(w, i)
    if whole_picture[i]:
      x = __torch__.vision.block(x, p, cos, sin, b.picture_pad, b.picture_unpad, b.picture_mask)
    else:
      x = __torch__.vision.block(x, p, cos, sin, b.window_pad, b.window_unpad, b.window_mask)
  return torch.embedding(__torch__.vision.merge(x, ends), b.merge_order)
