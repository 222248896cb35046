# SwiGLU (Shazeer 2020).
def swiglu(x: Tensor, gate: __torch__.weights.Linear, up: __torch__.weights.Linear, down: __torch__.weights.Linear) -> Tensor:
  gated = torch.silu(__torch__.linear.apply(x, gate)) * __torch__.linear.apply(x, up)
  return __torch__.linear.apply(gated, down)
