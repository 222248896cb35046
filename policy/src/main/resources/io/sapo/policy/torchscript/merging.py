# A low-rank adapter worked into the weight it adapts, in float32.
class Merging(Module):
  __parameters__ = []
  __buffers__ = []

  # tensors: weight [out, in], A [rank, in], B [out, rank], the factor s. Returns W + s B A.
  def merge(self: __torch__.merging.Merging, tensors: List[Tensor]) -> Tensor:
    w, a, b, scale, = tensors
    wide = torch.to(__torch__.linear.stored(w), 6)
    return torch.addmm(wide, b * scale, a)
