# Bidirectional attention inside segments (windows or pictures) of unequal length, laid end to end.

# q, k, v [P, heads, d]; mask [S, longest] says which places hold a patch. pad [S * longest] names
# the patch at each place (any patch where there is none), unpad [P] the place of each patch; both
# are empty where every segment has the same length.
def attend(q: Tensor, k: Tensor, v: Tensor, pad: Tensor, unpad: Tensor, mask: Tensor) -> Tensor:
  shape = [torch.size(mask, 0), torch.size(mask, 1), torch.size(q, 1), torch.size(q, 2)]
  if torch.numel(pad) == 0:
    attended = torch.scaled_dot_product_attention(torch.transpose(torch.view(q, shape), 1, 2), torch.transpose(torch.view(k, shape), 1, 2), torch.transpose(torch.view(v, shape), 1, 2))
    joined = torch.flatten(torch.transpose(attended, 1, 2), 0, 1)
  else:
    padded = torch.transpose(torch.view(torch.embedding(torch.cat([torch.flatten(q, 1), torch.flatten(k, 1), torch.flatten(v, 1)], 1), pad), [shape[0], shape[1], 3 * shape[2], shape[3]]), 1, 2)
    parts = torch.chunk(padded, 3, 1)
    attended = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2], torch.unsqueeze(torch.unsqueeze(mask, 1), 1))
    joined = torch.embedding(torch.flatten(torch.flatten(torch.transpose(attended, 1, 2), 2), 0, 1), unpad)
  return torch.flatten(torch.view(joined, [torch.size(q, 0), -1]), 1)
