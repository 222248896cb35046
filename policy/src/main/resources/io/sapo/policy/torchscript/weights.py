# The flat list of weights as Java's WeightLayout orders it. A bias that the configuration lacks is
# an empty tensor in the list.

class DecoderLayer(NamedTuple):
  input_norm : Tensor
  q : Tensor
  q_bias : Optional[Tensor]
  k : Tensor
  k_bias : Optional[Tensor]
  v : Tensor
  v_bias : Optional[Tensor]
  o : Tensor
  o_bias : Optional[Tensor]
  post_attention_norm : Tensor
  gate : Tensor
  gate_bias : Optional[Tensor]
  up : Tensor
  up_bias : Optional[Tensor]
  down : Tensor
  down_bias : Optional[Tensor]

class VisionBlock(NamedTuple):
  norm1 : Tensor
  qkv : Tensor
  qkv_bias : Optional[Tensor]
  proj : Tensor
  proj_bias : Optional[Tensor]
  norm2 : Tensor
  gate : Tensor
  gate_bias : Optional[Tensor]
  up : Tensor
  up_bias : Optional[Tensor]
  down : Tensor
  down_bias : Optional[Tensor]

class VisionEnds(NamedTuple):
  patch_embed : Tensor
  merger_norm : Tensor
  merger_in : Tensor
  merger_in_bias : Tensor
  merger_out : Tensor
  merger_out_bias : Tensor

def embed_tokens(w: List[Tensor]) -> Tensor:
  return w[0]

def final_norm(w: List[Tensor]) -> Tensor:
  return w[1]

# lm_head.weight, or the token embeddings where they are tied, or the critic's score.weight.
def head(w: List[Tensor]) -> Tensor:
  return w[2]

def present(w: Tensor) -> Optional[Tensor]:
  found : Optional[Tensor] = None
  if w.numel() > 0:
    found = w
  return found

def decoder_layer(w: List[Tensor], layer: int) -> __torch__.weights.DecoderLayer:
  i = 3 + 16 * layer
  return __torch__.weights.DecoderLayer(
    w[i],
    w[i + 1], __torch__.weights.present(w[i + 2]),
    w[i + 3], __torch__.weights.present(w[i + 4]),
    w[i + 5], __torch__.weights.present(w[i + 6]),
    w[i + 7], __torch__.weights.present(w[i + 8]),
    w[i + 9],
    w[i + 10], __torch__.weights.present(w[i + 11]),
    w[i + 12], __torch__.weights.present(w[i + 13]),
    w[i + 14], __torch__.weights.present(w[i + 15]))

def vision_ends(w: List[Tensor]) -> __torch__.weights.VisionEnds:
  i = 3 + 16 * __torch__.config.layers()
  return __torch__.weights.VisionEnds(w[i], w[i + 1], w[i + 2], w[i + 3], w[i + 4], w[i + 5])

def vision_block(w: List[Tensor], block: int) -> __torch__.weights.VisionBlock:
  i = 3 + 16 * __torch__.config.layers() + 6 + 12 * block
  return __torch__.weights.VisionBlock(
    w[i],
    w[i + 1], __torch__.weights.present(w[i + 2]),
    w[i + 3], __torch__.weights.present(w[i + 4]),
    w[i + 5],
    w[i + 6], __torch__.weights.present(w[i + 7]),
    w[i + 8], __torch__.weights.present(w[i + 9]),
    w[i + 10], __torch__.weights.present(w[i + 11]))
