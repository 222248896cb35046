# x / sqrt(mean(x^2) + eps) * weight over the last axis (Zhang and Sennrich 2019), the quotient in
# float32. The mean comes from the norm's operator, which reads x once and keeps no square.
def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  norm = torch.linalg_vector_norm(x, 2, [-1], True, dtype=6)
  return __torch__.rms_norm.times(x, torch.rsqrt(norm * norm / x.size(-1) + eps)) * __torch__.linear.weight(weight, x)

# x times a float32 scale, rounded once to the type of x. Where no graph is recorded no float32 copy is made.
def times(x: Tensor, scale: Tensor) -> Tensor:
  if torch.is_grad_enabled():
    y = torch.to(x * scale, x.dtype)
  else:
    y = torch.mul(x, scale, out=torch.empty_like(x))
  return y

# d, the gradient with respect to rms_norm(x, weight, eps) -> that with respect to x; the weight's is added
# to `gradient`, unless that is empty. With n = x r, r = 1 / sqrt(mean(x^2) + eps) and c = d weight:
#   d / dx = r (c - n mean(c n))
def backward(d: Tensor, x: Tensor, weight: Tensor, gradient: Tensor, eps: float) -> Tensor:
  wide = torch.to(x, 6)
  norm = torch.linalg_vector_norm(wide, 2, [-1], True)
  scale = torch.rsqrt(norm * norm / x.size(-1) + eps)
  normed = wide * scale
  if gradient.numel() > 0:
    gradient.add_((d * torch.to(normed, d.dtype)).flatten(0, -2).sum([0]))
  c = torch.to(d * __torch__.linear.weight(weight, x), 6)
  mean = (c * normed).sum([-1], True) / x.size(-1)
  return torch.to((c - normed.mul_(mean)).mul_(scale), x.dtype)
