# Bidirectional attention inside segments (windows or pictures) of unequal length, laid end to end.

# In the type of attention.computed.
def scores(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor]) -> Tensor:
  attended = torch.scaled_dot_product_attention(__torch__.attention.computed(q), __torch__.attention.computed(k), __torch__.attention.computed(v), mask)
  return torch.to(attended, q.dtype)

# q, k, v [P, heads, d] -> [P, heads * d]. mask [S, longest] says which places hold a patch. pad
# [S * longest] names the patch at each place (any patch where there is none), unpad [P] the place of
# each patch; both are empty where every segment has the same length.
def attend(q: Tensor, k: Tensor, v: Tensor, pad: Tensor, unpad: Tensor, mask: Tensor) -> Tensor:
  segments = [mask.size(0), mask.size(1)]
  if pad.numel() == 0:
    sq = q.unflatten(0, segments).transpose(1, 2)
    sk = k.unflatten(0, segments).transpose(1, 2)
    sv = v.unflatten(0, segments).transpose(1, 2)
    attended = __torch__.segments.scores(sq, sk, sv, None)
    joined = attended.transpose(1, 2).flatten(0, 1).flatten(1)
  else:
    packed = torch.stack([q, k, v], 1).flatten(1)
    padded = torch.embedding(packed, pad).view([mask.size(0), mask.size(1), 3, q.size(1), q.size(2)])
    sq, sk, sv, = padded.permute([2, 0, 3, 1, 4]).unbind(0)
    attended = __torch__.segments.scores(sq, sk, sv, mask.unsqueeze(1).unsqueeze(1))
    joined = torch.embedding(attended.transpose(1, 2).flatten(0, 1).flatten(1), unpad)
  return joined
