# What a forward pass is given besides weights; Java's BatchAssembler makes the list in this order.

# R tokens that are fed: each distinct prompt once, and the responses, without padding. Attention sees
# them as B sequences of up to T tokens, padded on the right, a shared prompt in each of them. N response
# tokens are predicted; P patches, M merged patches.
class Batch(NamedTuple):
  tokens : Tensor          # [R]
  positions : Tensor       # [axes, R]
  places : Tensor          # [B, T] the fed token at each place of the sequences, any one where there is none
  attended : Tensor        # [R] a place of each fed token in places.flatten(); empty where places counts up
  rows : Tensor            # [N] fed token from which a response token is predicted
  targets : Tensor         # [N] the response tokens
  embedding_rows : Tensor  # [R] row of cat(token embeddings, picture embeddings); empty without pictures
  patches : Tensor         # [P, values], in window order, like all that follows
  patch_positions : Tensor # [2, P] row and column of each patch in its picture
  merge_order : Tensor     # [M] where the merged patches stand in window order
  window_pad : Tensor      # see segments.py; empty where all windows are of one size
  window_unpad : Tensor
  window_mask : Tensor     # [windows, longest]; its shape counts even where it masks nothing
  picture_pad : Tensor
  picture_unpad : Tensor
  picture_mask : Tensor    # [pictures, longest]
  table_rows : Tensor      # [4, P] rows of the table of learned positions around each patch's place
  table_weights : Tensor   # [4, P] and how much of each it takes; both empty without a table

# As Java gives it, on the device of the weights.
def of(given: List[Tensor], w: List[Tensor]) -> __torch__.batch.Batch:
  device = __torch__.weights.ends(w, 0).embed_tokens.device
  b : List[Tensor] = []
  for x in given:
    b.append(__torch__.host.to(x, device))
  return __torch__.batch.Batch(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15], b[16], b[17])
