# x w^T + b for x [A, in] with few rows -> [A, out], a view of its transpose. Libraries of matrix
# products copy the right factor into blocks before they begin, so the weight, which is the large one
# here, stands on the left.
def linear(x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
  product = torch.mm(w, x.t())
  if b is not None:
    product.add_(b.unsqueeze(1))
  return product.t()

def swiglu(x: Tensor, p: __torch__.weights.DecoderLayer) -> Tensor:
  gated = torch.silu(__torch__.few_rows.linear(x, p.gate, p.gate_bias))
  return __torch__.few_rows.linear(gated.mul_(__torch__.few_rows.linear(x, p.up, p.up_bias)), p.down, p.down_bias)
