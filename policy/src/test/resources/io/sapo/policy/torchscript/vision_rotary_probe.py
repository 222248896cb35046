# The turning of queries and keys in a vision tower, by itself.
class VisionRotaryProbe(Module):
  __parameters__ = []
  __buffers__ = []

  # positions [2, P], x [P, heads, d] -> x turned in bfloat16.
  def turn(self: __torch__.vision_rotary_probe.VisionRotaryProbe, positions: Tensor, x: Tensor) -> Tensor:
    cos, sin, = __torch__.vision_attention.angles(positions)
    return torch.to(__torch__.vision_attention.turn(torch.to(x, 15), cos, sin), 6)
