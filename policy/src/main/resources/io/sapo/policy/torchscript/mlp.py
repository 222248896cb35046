# SwiGLU (Shazeer 2020).
def swiglu(x: Tensor, gate: __torch__.weights.Linear, up: __torch__.weights.Linear, down: __torch__.weights.Linear) -> Tensor:
  return __torch__.linear.apply(__torch__.mlp.gated(__torch__.linear.apply(x, gate), __torch__.linear.apply(x, up)), down)

def gated(gate: Tensor, up: Tensor) -> Tensor:
  activated = torch.silu(gate)
  if torch.is_grad_enabled():
    y = activated * up
  else:
    y = activated.mul_(up)
  return y
