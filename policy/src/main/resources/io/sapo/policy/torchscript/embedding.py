# Token embeddings, with picture embeddings in place of image tokens. Both look-ups use the
# `embedding` operator, whose gradient adds in a fixed order.

def embed(b: __torch__.batch.Batch, w: List[Tensor]) -> Tensor:
  text = torch.embedding(__torch__.weights.embed_tokens(w), b.tokens)
  embedded = text
  if torch.numel(b.embedding_rows) > 0:
    pictures = __torch__.vision.embed_pictures(b, w)
    both = torch.cat([torch.flatten(text, 0, 1), pictures], 0)
    embedded = torch.view(torch.embedding(both, b.embedding_rows), torch.size(text))
  return embedded
