# Attention among the patches of a window or picture, with rotary positions in two dimensions.

# positions [2, P] -> cosines and sines [P, 1, d] in float32. Half of the pairs turn by the row, half
# by the column.
def angles(positions: Tensor) -> Tuple[Tensor, Tensor]:
  frequencies = __torch__.host.floats(__torch__.config.vision_inverse_frequencies(), positions.device)
  row = positions[0].unsqueeze(-1) * frequencies
  column = positions[1].unsqueeze(-1) * frequencies
  return __torch__.rotary.cos_sin(torch.cat([row, column], -1).unsqueeze(1), 1., 6)

# x [P, heads, d] turned in float32 and rounded once to its own type, as the public implementation does.
def turn(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return torch.to(__torch__.rotary.rotate(torch.to(x, 6), cos, sin), x.dtype)

# x [P, hidden]; pad, unpad and mask see segments.py
def attend(x: Tensor, qkv: __torch__.weights.Linear, proj: __torch__.weights.Linear, cos: Tensor, sin: Tensor, pad: Tensor, unpad: Tensor, mask: Tensor) -> Tensor:
  q, k, v, = __torch__.linear.apply(x, qkv).unflatten(-1, [3, __torch__.config.vision_heads(), -1]).unbind(1)
  attended = __torch__.segments.attend(__torch__.vision_attention.turn(q, cos, sin), __torch__.vision_attention.turn(k, cos, sin), v, pad, unpad, mask)
  return __torch__.linear.apply(attended, proj)
