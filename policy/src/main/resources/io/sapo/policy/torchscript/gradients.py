# Gradient buffers, one for each trained parameter.
#
# What changes tensors in place does so on elements of a method's own arguments: libtorch takes a
# change to the elements of a list made here for dead code and leaves it out.

# Elements of a list of weights, to be looked at.
def pick(places: Tensor, w: List[Tensor]) -> List[Tensor]:
  found : List[Tensor] = []
  for i in annotate(List[int], places.tolist()):
    found.append(w[i])
  return found

# Takes d, the gradient with respect to y, back through what made y from x and the trained parameters
# from `begin` to `end`: adds theirs to the buffers and gives that of x, or d itself where x needs none.
# A parameter that y does not depend on gets nothing.
def back(y: Tensor, x: Tensor, needs_x: bool, d: Tensor, begin: int, end: int, trained: List[Tensor], gradients: List[Tensor]) -> Tensor:
  sources = trained[begin:end]
  if needs_x:
    sources.append(x)
  result = d
  if len(sources) > 0:
    found = torch.grad([y], sources, annotate(List[Optional[Tensor]], [d]), False, False, True)
    for i in range(end - begin):
      addend = found[i]
      if addend is not None:
        gradients[begin + i].add_(addend)
    if needs_x:
      of_x = found[end - begin]
      if of_x is not None:
        result = of_x
      else:
        result = torch.zeros_like(x)
  return result

# Takes the gradients d with respect to results back to the first `end` trained parameters.
def back_all(results: List[Tensor], d: List[Tensor], end: int, trained: List[Tensor], gradients: List[Tensor]) -> None:
  dependent : List[Tensor] = []
  of_dependent : List[Optional[Tensor]] = []
  for i in range(len(results)):
    if results[i].requires_grad:
      dependent.append(results[i])
      of_dependent.append(d[i])
  found = torch.grad(dependent, trained[0:end], of_dependent, False, False, True)
  for i in range(end):
    addend = found[i]
    if addend is not None:
      gradients[i].add_(addend)

def detached(tensors: List[Tensor]) -> List[Tensor]:
  found : List[Tensor] = []
  for x in tensors:
    found.append(x.detach())
  return found

def global_norm(gradients: List[Tensor]) -> Tensor:
  return torch.stack(torch._foreach_norm(gradients)).norm()

def clip(gradients: List[Tensor], norm: Tensor, largest: float) -> None:
  factor = largest / (float(norm) + 1e-6)
  if factor < 1.:
    torch._foreach_mul_(gradients, factor)
