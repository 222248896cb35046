# Gradient buffers, one for each trained parameter.
#
# What changes tensors in place does so on elements of a method's own arguments: libtorch takes a
# change to the elements of a list made here for dead code and leaves it out.

# Adds to the buffers the product of d_output with the Jacobian of the output. A parameter that the
# output does not depend on gets nothing.
def accumulate(output: Tensor, d_output: Tensor, trained: List[Tensor], gradients: List[Tensor]) -> None:
  seeds = annotate(List[Optional[Tensor]], [d_output])
  computed = torch.grad([output], trained, seeds, False, False, True)
  for i in range(len(trained)):
    addend = computed[i]
    if addend is not None:
      gradients[i].add_(addend)

def global_norm(gradients: List[Tensor]) -> Tensor:
  return torch.stack(torch._foreach_norm(gradients)).norm()

def clip(gradients: List[Tensor], norm: Tensor, largest: float) -> None:
  factor = largest / (float(norm) + 1e-6)
  if factor < 1.:
    torch._foreach_mul_(gradients, factor)
