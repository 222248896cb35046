# Picture features that are added to the hidden states of image tokens behind the first decoder layers
# (DeepStack, Meng et al. 2024).

# For each place of the batch the row of cat(one row of zeros, a feature), [R].
def rows(b: __torch__.batch.Batch) -> Tensor:
  return (b.embedding_rows - b.tokens.numel() + 1).clamp_min_(0)

# x [R, hidden] behind layer i.
def add(x: Tensor, i: int, features: List[Tensor], b: __torch__.batch.Batch) -> Tensor:
  found = x
  if i < len(features):
    zero = torch.zeros([1, x.size(-1)], dtype=x.dtype, device=x.device)
    found = x + torch.embedding(torch.cat([zero, features[i]], 0), __torch__.deepstack.rows(b), 0)
  return found

# How many features a batch has.
def count(b: __torch__.batch.Batch) -> int:
  found = 0
  if b.embedding_rows.numel() > 0:
    found = __torch__.config.deepstack_features()
  return found

# d, the gradient with respect to x behind a layer, as that with respect to its feature [M, hidden].
def gradient(d: Tensor, b: __torch__.batch.Batch) -> Tensor:
  pictures = b.merge_order.size(0)
  return torch.embedding_dense_backward(d, __torch__.deepstack.rows(b), pictures + 1, 0, False).narrow(0, 1, pictures)

# The gradient with respect to a feature for which there is no layer, [M, hidden].
def unused(d: Tensor, b: __torch__.batch.Batch) -> Tensor:
  return torch.zeros([b.merge_order.size(0), d.size(1)], dtype=d.dtype, device=d.device)
