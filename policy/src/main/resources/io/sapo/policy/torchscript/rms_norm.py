# x / sqrt(mean(x^2) + eps) * weight over the last axis (Zhang and Sennrich 2019).
def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  return x * torch.rsqrt((x * x).mean([-1], True) + eps) * weight
