# Rotary positions (Su et al. 2021) in the half-split layout: pair i is (x[i], x[i + d/2]).

# positions [axes, ...] -> cosines and sines [..., 1, headDim] of the given type. With several axes (time, height,
# width) the pairs are dealt out to them (Qwen2-VL's multi-modal rotary positions).
def angles(positions: Tensor, type: int) -> Tuple[Tensor, Tensor]:
  frequencies = __torch__.host.floats(__torch__.config.inverse_frequencies(), positions.device)
  axes = __torch__.host.ints(__torch__.config.rotary_axes(), positions.device)
  half = torch.movedim(positions.index_select(0, axes), 0, -1).contiguous() * frequencies
  return __torch__.rotary.cos_sin(half.unsqueeze(-2), __torch__.config.rotary_factor(), type)

# Angles [..., d / 2] of the pairs -> cosines and sines [..., d] times a factor, ready for rotate.
def cos_sin(half: Tensor, factor: float, type: int) -> Tuple[Tensor, Tensor]:
  cos = torch.to(half.cos() * factor, type)
  sin = torch.to(half.sin() * factor, type)
  return (torch.cat([cos, cos], -1), torch.cat([-sin, sin], -1))

# x [..., heads, d] turned by cos, sin [..., 1, d].
def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  first, second, = x.chunk(2, -1)
  return torch.addcmul(x * cos, torch.cat([second, first], -1), sin)

# The gradient with respect to rotate(x, cos, sin) -> that with respect to x: turned back.
def backward(d: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return __torch__.rotary.rotate(d, cos, -sin)
