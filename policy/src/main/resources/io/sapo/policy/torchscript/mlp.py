# SwiGLU (Shazeer 2020).
def swiglu(x: Tensor, gate: Tensor, gate_bias: Optional[Tensor], up: Tensor, up_bias: Optional[Tensor], down: Tensor, down_bias: Optional[Tensor]) -> Tensor:
  gated = torch.silu(torch.linear(x, gate, gate_bias)) * torch.linear(x, up, up_bias)
  return torch.linear(gated, down, down_bias)
