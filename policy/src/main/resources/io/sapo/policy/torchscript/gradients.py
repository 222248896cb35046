# Gradient buffers. Backward methods take them as a list like that of the weights, with an empty tensor
# for what is not trained; so weights.py reads them as well. The optimizer takes those of trained
# parameters alone.
#
# What changes tensors in place does so on elements of a method's own arguments: libtorch takes a
# change to the elements of a list made here for dead code and leaves it out.

# Those of `places` among a list of weights.
def pick(places: List[int], w: List[Tensor]) -> List[Tensor]:
  found : List[Tensor] = []
  for i in places:
    found.append(w[i])
  return found

# Takes the gradients d with respect to results back to the weights at `places`, by libtorch's own graph.
def back(results: List[Tensor], d: List[Tensor], places: List[int], gradients: List[Tensor], w: List[Tensor]) -> None:
  dependent : List[Tensor] = []
  of_dependent : List[Optional[Tensor]] = []
  for i in range(len(results)):
    if results[i].requires_grad:
      dependent.append(results[i])
      of_dependent.append(d[i])
  if len(dependent) > 0:
    found = torch.grad(dependent, __torch__.gradients.pick(places, w), of_dependent, False, False, True)
    for i in range(len(places)):
      addend = found[i]
      if addend is not None:
        gradients[places[i]].add_(addend)

def global_norm(gradients: List[Tensor]) -> Tensor:
  return torch.stack(torch._foreach_norm(gradients)).norm()

def clip(gradients: List[Tensor], norm: Tensor, largest: float) -> None:
  factor = largest / (float(norm) + 1e-6)
  if factor < 1.:
    torch._foreach_mul_(gradients, factor)
