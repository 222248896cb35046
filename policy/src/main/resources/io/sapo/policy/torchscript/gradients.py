# Gradient buffers, one for each trained parameter.

def accumulate(output: Tensor, d_output: Tensor, trained: List[Tensor], gradients: List[Tensor]) -> None:
  seeds = annotate(List[Optional[Tensor]], [d_output])
  computed = torch.grad([output], trained, seeds, False, False, True)
  buffers : List[Tensor] = []
  addends : List[Tensor] = []
  for i in range(torch.len(trained)):
    addend = computed[i]
    if addend is not None:
      buffers = torch.append(buffers, gradients[i])
      addends = torch.append(addends, addend)
  torch._foreach_add_(buffers, addends)

def global_norm(gradients: List[Tensor]) -> Tensor:
  return torch.norm(torch.stack(torch._foreach_norm(gradients)))

def clip(gradients: List[Tensor], norm: Tensor, largest: float) -> None:
  factor = largest / (torch.Float(norm) + 1e-6)
  if factor < 1.:
    torch._foreach_mul_(gradients, factor)
