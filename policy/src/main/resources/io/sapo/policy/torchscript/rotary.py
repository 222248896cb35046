# Rotary positions (Su et al. 2021) in the half-split layout: pair i is (x[i], x[i + d/2]).

# positions [axes, B, T] -> cosines and sines [B, T, 1, headDim]. With several axes (time, height,
# width) the pairs are dealt out to them in sections (Qwen2-VL's multi-modal rotary positions).
def angles(positions: Tensor) -> Tuple[Tensor, Tensor]:
  frequencies = torch.tensor(__torch__.config.inverse_frequencies(), dtype=6, device=positions.device)
  sections = __torch__.config.rotary_sections()
  parts : List[Tensor] = []
  start = 0
  for axis in range(len(sections)):
    own = frequencies[start:start + sections[axis]]
    parts.append(positions[axis].unsqueeze(-1) * own)
    start = start + sections[axis]
  half = torch.cat(parts, -1)
  angle = torch.cat([half, half], -1).unsqueeze(2)
  return (angle.cos(), angle.sin())

# x [..., heads, d] turned by cos, sin [..., 1, d].
def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  first, second, = x.chunk(2, -1)
  return x * cos + torch.cat([-second, first], -1) * sin
