# Token embeddings, with picture embeddings in place of image tokens. Both look-ups use the
# `embedding` operator, whose gradient adds in a fixed order.

# tokens [...] -> [..., hidden] in the type of the computation.
def tokens(tokens: Tensor, w: List[Tensor]) -> Tensor:
  table = __torch__.linear.stored(__torch__.weights.ends(w, 0).embed_tokens)
  return torch.to(torch.embedding(table, tokens), __torch__.config.compute_type())

# d [R, hidden], the gradient with respect to tokens(tokens, w) -> that of the table, added to its buffer: of
# each distinct token once, so that no second table is needed and the order of the sum is fixed.
def backward(d: Tensor, tokens: Tensor, gradient: Tensor) -> None:
  distinct, places, = torch._unique(tokens, True, True)
  rows = torch.embedding_dense_backward(torch.to(d, 6), places, distinct.size(0), -1, False)
  gradient.index_add_(0, distinct, rows)

# -> embeddings [R, hidden] and the pictures' features, see deepstack.py.
def embed(b: __torch__.batch.Batch, w: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
  embedded = __torch__.embedding.tokens(b.tokens, w)
  features : List[Tensor] = []
  if b.embedding_rows.numel() > 0:
    pictures, features, = __torch__.vision.embed_pictures(b, w)
    both = torch.cat([embedded, pictures], 0)
    embedded = torch.embedding(both, b.embedding_rows)
  return (embedded, features)
