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
  y = torch.linear(x, __torch__.linear.weight(p.weight, x), __torch__.linear.bias(p.bias, x))
  a = p.a
  b = p.b
  if a is not None and b is not None:
    low = torch.linear(x, __torch__.linear.weight(a, x)) * __torch__.linear.weight(p.scale, x)
    y = y + torch.linear(low, __torch__.linear.weight(b, x))
  return y
