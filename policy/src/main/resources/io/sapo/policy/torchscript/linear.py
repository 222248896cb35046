# Linear maps, with a low-rank adapter (LoRA, Hu et al. 2021) where the weights have one:
# y = W x + b + s B (A x).

# A weight as floating-point numbers. bfloat16 weights travel as float16 tensors of the same bits, since
# the Java side has no bfloat16; nothing else is float16.
def stored(w: Tensor) -> Tensor:
  found = w
  if w.dtype == 5:
    found = torch.set_(torch.empty([0], dtype=15, device=w.device), w)
  return found

# A weight in the type of the activations it meets.
def weight(w: Tensor, x: Tensor) -> Tensor:
  return torch.to(__torch__.linear.stored(w), x.dtype)

def bias(b: Optional[Tensor], x: Tensor) -> Optional[Tensor]:
  found : Optional[Tensor] = None
  if b is not None:
    found = __torch__.linear.weight(b, x)
  return found

# x [..., in] -> [..., out]
def apply(x: Tensor, p: __torch__.weights.Linear) -> Tensor:
  y = __torch__.products.forward(x, __torch__.linear.weight(p.weight, x), __torch__.linear.bias(p.bias, x))
  a = p.a
  b = p.b
  if a is not None and b is not None:
    low = torch.linear(x, __torch__.linear.weight(a, x)) * __torch__.linear.weight(p.scale, x)
    if x.dim() == 2 and not torch.is_grad_enabled():
      y.addmm_(low, __torch__.linear.weight(b, x).t())
    else:
      y = y + torch.linear(low, __torch__.linear.weight(b, x))
  return y

# Adds the gradient d^T x of a matrix [out, in] to its buffer; one that is empty belongs to a matrix that
# is not trained.
def add_product(gradient: Tensor, d: Tensor, x: Tensor) -> None:
  if gradient.numel() > 0:
    if d.dtype == 6:
      gradient.addmm_(d.t(), x)
    else:
      __torch__.linear.add_converted(gradient, d, x)

# As add_product, where the product is of another type than the buffer: on a processor a million elements of
# it at a time, so that neither it nor its float32 copy needs new memory for a large matrix.
def add_converted(gradient: Tensor, d: Tensor, x: Tensor) -> None:
  step = gradient.size(0)
  if not gradient.is_cuda:
    step = max(1, 1048576 // gradient.size(1))
  for i in range((gradient.size(0) + step - 1) // step):
    count = min(step, gradient.size(0) - i * step)
    of_rows = d.narrow(1, i * step, count).contiguous()
    gradient.narrow(0, i * step, count).add_(torch.mm(of_rows.t(), x))

# d [R, out], the gradient with respect to apply(x, p) for x [R, in] -> that with respect to x, added to
# `others` where there are any. Those of the parameters are added to the buffers g.
def backward(d: Tensor, x: Tensor, p: __torch__.weights.Linear, g: __torch__.weights.Linear, others: Optional[Tensor]) -> Tensor:
  d_x = __torch__.products.backward(d, __torch__.linear.weight(p.weight, x))
  if others is not None:
    d_x.add_(others)
  __torch__.linear.add_product(g.weight, d, x)
  of_bias = g.bias
  if of_bias is not None:
    of_bias.add_(d.sum([0]))
  a = p.a
  b = p.b
  if a is not None and b is not None:
    down = __torch__.linear.weight(a, x)
    scale = __torch__.linear.weight(p.scale, x)
    d_low = torch.mm(d, __torch__.linear.weight(b, x)) * scale
    d_x.addmm_(d_low, down)
    of_a = g.a
    of_b = g.b
    if of_a is not None and of_b is not None:
      __torch__.linear.add_product(of_a, d_low, x)
      __torch__.linear.add_product(of_b, d, torch.linear(x, down) * scale)
  return d_x
