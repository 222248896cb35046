# Products with few rows on a CPU, where libraries of matrix products copy the right factor into blocks before
# they begin: the weight, which is the large one here, stands on the left, and what comes out is a view of a
# transpose.

# x w^T for x [A, in] -> [A, out]
def product(x: Tensor, w: Tensor) -> Tensor:
  return torch.mm(w, x.t()).t()

# As linear.apply, for few rows; m is the weight as packed.py lays it out, where it does.
def linear(x: Tensor, p: __torch__.weights.Linear, m: Optional[Tensor]) -> Tensor:
  if m is not None:
    y = __torch__.few_rows.adapted(__torch__.packed.product(x, m, __torch__.linear.bias(p.bias, x)), x, p)
  else:
    y = __torch__.few_rows.transposed(x, p)
  return y

# y plus what the adapter adds.
def adapted(y: Tensor, x: Tensor, p: __torch__.weights.Linear) -> Tensor:
  a = p.a
  b = p.b
  if a is not None and b is not None:
    low = torch.mm(x, __torch__.linear.weight(a, x).t()).mul_(__torch__.linear.weight(p.scale, x))
    y.addmm_(low, __torch__.linear.weight(b, x).t())
  return y

def transposed(x: Tensor, p: __torch__.weights.Linear) -> Tensor:
  y = torch.mm(__torch__.linear.weight(p.weight, x), x.t())
  bias = __torch__.linear.bias(p.bias, x)
  if bias is not None:
    y.add_(bias.unsqueeze(1))
  a = p.a
  b = p.b
  if a is not None and b is not None:
    low = torch.mm(__torch__.linear.weight(a, x), x.t()).mul_(__torch__.linear.weight(p.scale, x))
    y.addmm_(__torch__.linear.weight(b, x), low)
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
