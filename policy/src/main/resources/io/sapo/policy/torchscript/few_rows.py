# x w^T for x [A, in] with few rows -> [A, out], a view of its transpose. Libraries of matrix products
# copy the right factor into blocks before they begin, so the weight, which is the large one here, stands
# on the left.
def product(x: Tensor, w: Tensor) -> Tensor:
  return torch.mm(w, x.t()).t()

# As linear.apply, for few rows; m is the weight as packed.py lays it out, where it does.
def linear(x: Tensor, p: __torch__.weights.Linear, m: Optional[Tensor]) -> Tensor:
  if m is not None:
    y = __torch__.few_rows.packed_linear(x, p, m)
  else:
    y = __torch__.few_rows.plain_linear(x, p)
  return y

def packed_linear(x: Tensor, p: __torch__.weights.Linear, m: Tensor) -> Tensor:
  y = __torch__.packed.product(x, m, __torch__.linear.bias(p.bias, x))
  a = p.a
  b = p.b
  if a is not None and b is not None:
    low = torch.mm(x, torch.to(a, x.dtype).t()).mul_(torch.to(p.scale, x.dtype))
    y.addmm_(low, torch.to(b, x.dtype).t())
  return y

def plain_linear(x: Tensor, p: __torch__.weights.Linear) -> Tensor:
  y = torch.mm(__torch__.linear.weight(p.weight, x), x.t())
  bias = __torch__.linear.bias(p.bias, x)
  if bias is not None:
    y.add_(bias.unsqueeze(1))
  a = p.a
  b = p.b
  if a is not None and b is not None:
    low = torch.mm(torch.to(a, x.dtype), x.t()).mul_(torch.to(p.scale, x.dtype))
    y.addmm_(torch.to(b, x.dtype), low)
  return y.t()

def swiglu(x: Tensor, p: __torch__.weights.DecoderLayer, packed: List[Tensor], layer: int) -> Tensor:
  gated = torch.silu(__torch__.few_rows.linear(x, p.gate, __torch__.packed.find(packed, layer, 4)))
  gated.mul_(__torch__.few_rows.linear(x, p.up, __torch__.packed.find(packed, layer, 5)))
  return __torch__.few_rows.linear(gated, p.down, __torch__.packed.find(packed, layer, 6))

# Logits [A, V].
def head(x: Tensor, packed: List[Tensor], w: List[Tensor]) -> Tensor:
  if len(packed) > 1:
    logits = __torch__.packed.product(x, packed[len(packed) - 1], None)
  else:
    logits = __torch__.few_rows.product(x, __torch__.linear.weight(__torch__.weights.ends(w, 0).head, x))
  return torch.to(logits.contiguous(), 6)
