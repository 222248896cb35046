# (x - mean) / sqrt(variance + eps) * weight + bias over the last axis (Ba et al. 2016).
def apply(x: Tensor, p: __torch__.weights.LayerNorm, eps: float) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], __torch__.linear.weight(p.weight, x), __torch__.linear.weight(p.bias, x), eps)
