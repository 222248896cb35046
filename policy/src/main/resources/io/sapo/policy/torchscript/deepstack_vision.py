# The vision tower of Qwen3-VL: patches with learned positions -> blocks of whole-picture attention ->
# merger. What some blocks give is merged as well, by mergers of their own, for the first decoder layers.
# Patches of a merged square are neighbours, squares stand row by row.

# The table of learned positions, resampled to each picture's grid, [P, hidden].
def positions(b: __torch__.batch.Batch, table: Tensor, type: int) -> Tensor:
  corners = torch.to(torch.embedding(__torch__.linear.stored(table), b.table_rows), type)
  return (corners * torch.to(b.table_weights, type).unsqueeze(-1)).sum([0])

def block(x: Tensor, p: __torch__.weights.VisionBlock, cos: Tensor, sin: Tensor, b: __torch__.batch.Batch) -> Tensor:
  eps = __torch__.config.vision_norm_eps()
  normed = __torch__.layer_norm.apply(x, p.norm1, eps)
  x = x + __torch__.vision_attention.attend(normed, p.qkv, p.proj, cos, sin, b.picture_pad, b.picture_unpad, b.picture_mask)
  widened = __torch__.linear.apply(__torch__.layer_norm.apply(x, p.norm2, eps), p.widen)
  return x + __torch__.linear.apply(torch.gelu(widened, approximate="tanh"), p.narrow)

# Joined squares [M, merged] -> [M, width of the decoder].
def project(joined: Tensor, widen: __torch__.weights.Linear, narrow: __torch__.weights.Linear) -> Tensor:
  return __torch__.linear.apply(torch.gelu(__torch__.linear.apply(joined, widen)), narrow)

# The main merger normalises patches, those of features normalise joined squares.
def merge(x: Tensor, p: __torch__.weights.VisionEnds) -> Tensor:
  normed = __torch__.layer_norm.apply(x, p.merger_norm, __torch__.config.vision_norm_eps())
  return __torch__.deepstack_vision.project(normed.view([-1, p.merger_in.weight.size(1)]), p.merger_in, p.merger_out)

def feature(x: Tensor, p: __torch__.weights.FeatureMerger) -> Tensor:
  joined = x.view([-1, p.widen.weight.size(1)])
  return __torch__.deepstack_vision.project(__torch__.layer_norm.apply(joined, p.norm, __torch__.config.vision_norm_eps()), p.widen, p.narrow)

def embed_pictures(b: __torch__.batch.Batch, w: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
  ends = __torch__.weights.vision_ends(w, 0)
  patches = torch.to(b.patches, __torch__.config.compute_type())
  x = torch.linear(patches, __torch__.linear.weight(ends.patch_embed, patches).flatten(1), __torch__.linear.weight(ends.patch_bias, patches))
  x = x + __torch__.deepstack_vision.positions(b, ends.position_table, x.dtype)
  cos, sin, = __torch__.vision_attention.angles(b.patch_positions)
  merger = __torch__.config.vision_deepstack()
  features : List[Tensor] = []
  for i in range(len(merger)):
    x = __torch__.deepstack_vision.block(x, __torch__.weights.vision_block(w, i), cos, sin, b)
    if merger[i] >= 0:
      features.append(__torch__.deepstack_vision.feature(x, __torch__.weights.feature_merger(w, merger[i])))
  return (__torch__.deepstack_vision.merge(x, ends), features)
