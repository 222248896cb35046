# x / sqrt(mean(x^2) + eps) * weight over the last axis (Zhang and Sennrich 2019), the quotient in
# float32. The mean comes from the norm's operator, which reads x once and keeps no square.
def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  wide = torch.to(x, 6)
  norm = torch.linalg_vector_norm(wide, 2, [-1], True)
  normed = wide * torch.rsqrt(norm * norm / x.size(-1) + eps)
  return torch.to(normed, x.dtype) * __torch__.linear.weight(weight, x)
