# Each head's queries or keys [..., heads, d] normalised before they are turned, in architectures that
# have a weight [d] for it (Qwen3).
def apply(x: Tensor, weight: Optional[Tensor]) -> Tensor:
  found = x
  if weight is not None:
    found = __torch__.rms_norm.rms_norm(x, weight, __torch__.config.rms_norm_eps())
  return found

# d, the gradient with respect to apply(x, weight) -> that with respect to x.
def backward(d: Tensor, x: Tensor, weight: Optional[Tensor], gradient: Optional[Tensor]) -> Tensor:
  found = d
  if weight is not None:
    buffer = torch.empty([0], dtype=6, device=d.device)
    if gradient is not None:
      buffer = gradient
    found = __torch__.rms_norm.backward(d, x, weight, buffer, __torch__.config.rms_norm_eps())
  return found
