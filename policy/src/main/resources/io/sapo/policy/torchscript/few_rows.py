# x w^T for x [A, in] with few rows -> [A, out], a view of its transpose. Libraries of matrix products
# copy the right factor into blocks before they begin, so the weight, which is the large one here, stands
# on the left.
def product(x: Tensor, w: Tensor) -> Tensor:
  return torch.mm(w, x.t()).t()

# As linear.apply, for few rows.
def linear(x: Tensor, p: __torch__.weights.Linear) -> Tensor:
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

def swiglu(x: Tensor, p: __torch__.weights.DecoderLayer) -> Tensor:
  gated = torch.silu(__torch__.few_rows.linear(x, p.gate))
  return __torch__.few_rows.linear(gated.mul_(__torch__.few_rows.linear(x, p.up)), p.down)
