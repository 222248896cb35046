# The vision tower of Qwen2.5-VL: patches -> blocks of window or whole-picture attention -> merger.
# Patches stand in window order throughout, so that a window's patches, and a picture's, are
# neighbours.

def block(x: Tensor, p: __torch__.weights.VisionBlock, cos: Tensor, sin: Tensor, pad: Tensor, unpad: Tensor, mask: Tensor) -> Tensor:
  normed = __torch__.rms_norm.rms_norm(x, p.norm1, __torch__.config.vision_norm_eps())
  x = x + __torch__.vision_attention.attend(normed, p.qkv, p.proj, cos, sin, pad, unpad, mask)
  normed = __torch__.rms_norm.rms_norm(x, p.norm2, __torch__.config.vision_norm_eps())
  return x + __torch__.mlp.swiglu(normed, p.gate, p.up, p.down)

# Joins each square of neighbouring patches into one vector of the decoder's width.
def merge(x: Tensor, p: __torch__.weights.VisionEnds) -> Tensor:
  normed = __torch__.rms_norm.rms_norm(x, p.merger_norm, __torch__.config.vision_norm_eps())
  joined = normed.view([-1, p.merger_in.weight.size(1)])
  return __torch__.linear.apply(torch.gelu(__torch__.linear.apply(joined, p.merger_in)), p.merger_out)

def embed_pictures(b: __torch__.batch.Batch, w: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
  ends = __torch__.weights.vision_ends(w, 0)
  patches = torch.to(b.patches, __torch__.config.compute_type())
  x = torch.linear(patches, __torch__.linear.weight(ends.patch_embed, patches).flatten(1))
  cos, sin, = __torch__.vision_attention.angles(b.patch_positions)
  whole_picture = __torch__.config.vision_full_attention()
  for i in range(len(whole_picture)):
    p = __torch__.weights.vision_block(w, i)
    if whole_picture[i]:
      x = __torch__.window_vision.block(x, p, cos, sin, b.picture_pad, b.picture_unpad, b.picture_mask)
    else:
      x = __torch__.window_vision.block(x, p, cos, sin, b.window_pad, b.window_unpad, b.window_mask)
  return (torch.embedding(__torch__.window_vision.merge(x, ends), b.merge_order), annotate(List[Tensor], []))
