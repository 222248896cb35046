# Each head's queries or keys [..., heads, d] normalised before they are turned, in architectures that
# have a weight [d] for it (Qwen3).
def apply(x: Tensor, weight: Optional[Tensor]) -> Tensor:
  found = x
  if weight is not None:
    found = __torch__.rms_norm.rms_norm(x, weight, __torch__.config.rms_norm_eps())
  return found
