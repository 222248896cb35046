# Rotary positions (Su et al. 2021) in the half-split layout: pair i is (x[i], x[i + d/2]).

# positions [axes, B, T] -> cosines and sines [B, T, 1, headDim]. With several axes (time, height,
# width) the pairs are dealt out to them in sections (Qwen2-VL's multi-modal rotary positions).
def angles(positions: Tensor) -> Tuple[Tensor, Tensor]:
  frequencies = torch.tensor(__torch__.config.inverse_frequencies(), dtype=6, device=positions.device)
  sections = __torch__.config.rotary_sections()
  parts : List[Tensor] = []
  start = 0
  for axis in range(torch.len(sections)):
    own = torch.slice(frequencies, 0, start, start + sections[axis])
    parts = torch.append(parts, torch.mul(torch.unsqueeze(torch.select(positions, 0, axis), -1), own))
    start = start + sections[axis]
  half = torch.cat(parts, -1)
  angle = torch.unsqueeze(torch.cat([half, half], -1), 2)
  return (torch.cos(angle), torch.sin(angle))

# x [..., heads, d] turned by cos, sin [..., 1, d].
def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  half = torch.chunk(x, 2, -1)
  turned = torch.cat([torch.neg(half[1]), half[0]], -1)
  return torch.add(torch.mul(x, cos), torch.mul(turned, sin))
