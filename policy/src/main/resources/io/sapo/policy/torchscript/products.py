# Products of many rows with a matrix. On a CPU oneDNN's are faster by a tenth or two than those of the
# library behind linear and mm, from some thousand elements of the matrix on; for the gradient of the matrix
# itself, where the sum goes over the rows, they are not.

def by_onednn(x: Tensor, w: Tensor) -> bool:
  return x.dtype == 6 and not x.is_cuda and w.numel() >= 32768 and not torch.is_grad_enabled()

# x [R, in], w [out, in] -> [R, out]
def forward(x: Tensor, w: Tensor, bias: Optional[Tensor]) -> Tensor:
  if __torch__.products.by_onednn(x, w):
    y = ops.mkldnn._linear_pointwise(x, w, bias, "none", annotate(List[Optional[number]], []), "")
  else:
    y = torch.linear(x, w, bias)
  return y

# d [R, out], w [out, in] -> [R, in]
def backward(d: Tensor, w: Tensor) -> Tensor:
  if __torch__.products.by_onednn(d, w):
    y = ops.mkldnn._linear_pointwise(d, w.t(), None, "none", annotate(List[Optional[number]], []), "")
  else:
    y = torch.mm(d, w)
  return y
