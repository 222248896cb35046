# Token embeddings, with picture embeddings in place of image tokens. Both look-ups use the
# `embedding` operator, whose gradient adds in a fixed order.
def embed(b: __torch__.batch.Batch, w: List[Tensor]) -> Tensor:
  embedded = torch.embedding(__torch__.weights.embed_tokens(w), b.tokens)
  if b.embedding_rows.numel() > 0:
    both = torch.cat([embedded.flatten(0, 1), __torch__.vision.embed_pictures(b, w)], 0)
    embedded = torch.embedding(both, b.embedding_rows).view_as(embedded)
  return embedded
