# x / sqrt(mean(x^2) + eps) * weight over the last axis (Zhang and Sennrich 2019). The mean comes
# from the norm's operator, which reads x once and keeps no square.
def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  norm = torch.linalg_vector_norm(x, 2, [-1], True)
  return x * torch.rsqrt(norm * norm / x.size(-1) + eps) * weight
