# The weights as fused_decoding.py reads them, made once a version: all in the type of the computation,
# matrices [in, out], the down-projections of adapters that share their input in one matrix, the adapter's
# factor in the up-projections. What the network lacks is an empty tensor.

class Map(NamedTuple):
  matrix : Tensor          # [in, out]
  bias : Tensor            # [out]
  up : Tensor              # [rank, out], of the adapter

class Layer(NamedTuple):
  input_norm : Tensor
  qkv_down : Tensor        # [hidden, ranks of q, k and v]
  q : __torch__.fused_weights.Map
  k : __torch__.fused_weights.Map
  v : __torch__.fused_weights.Map
  q_norm : Tensor
  k_norm : Tensor
  o_down : Tensor          # [heads * d, rank]
  o : __torch__.fused_weights.Map
  post_attention_norm : Tensor
  gate_up_down : Tensor    # [hidden, ranks of gate and up]
  gate : __torch__.fused_weights.Map
  up : __torch__.fused_weights.Map
  down_down : Tensor       # [intermediate, rank]
  down : __torch__.fused_weights.Map

def tensors_of_layer() -> int:
  return 29

class Ends(NamedTuple):
  embed_tokens : Tensor    # [vocabulary, hidden], as it is stored
  final_norm : Tensor
  head : Tensor            # [hidden, vocabulary]

def typed(w: Tensor) -> Tensor:
  return torch.to(__torch__.linear.stored(w), __torch__.config.compute_type())

def present(w: Optional[Tensor], none: Tensor) -> Tensor:
  found = none
  if w is not None:
    found = __torch__.fused_weights.typed(w)
  return found

def down(maps: List[__torch__.weights.Linear], none: Tensor) -> Tensor:
  parts : List[Tensor] = []
  for p in maps:
    a = p.a
    if a is not None:
      parts.append(__torch__.fused_weights.typed(a))
  found = none
  if len(parts) > 0:
    found = torch.cat(parts, 0).t()
  return found

def map(p: __torch__.weights.Linear, none: Tensor) -> List[Tensor]:
  up = none
  b = p.b
  if b is not None:
    up = torch.to(__torch__.linear.stored(b) * __torch__.linear.stored(p.scale), none.dtype).t().contiguous()
  return [__torch__.fused_weights.typed(p.weight).t(), __torch__.fused_weights.present(p.bias, none), up]

# Layer by layer, embeddings, final norm and head last.
def fuse(w: List[Tensor]) -> List[Tensor]:
  ends = __torch__.weights.ends(w, 0)
  none = torch.empty([0], dtype=__torch__.config.compute_type(), device=ends.embed_tokens.device)
  found : List[Tensor] = []
  for i in range(__torch__.config.layers()):
    p = __torch__.weights.decoder_layer(w, i)
    found = found + [__torch__.fused_weights.typed(p.input_norm), __torch__.fused_weights.down([p.q, p.k, p.v], none)]
    found = found + __torch__.fused_weights.map(p.q, none) + __torch__.fused_weights.map(p.k, none) + __torch__.fused_weights.map(p.v, none)
    found = found + [__torch__.fused_weights.present(p.q_norm, none), __torch__.fused_weights.present(p.k_norm, none)]
    found = found + [__torch__.fused_weights.down([p.o], none)] + __torch__.fused_weights.map(p.o, none)
    found = found + [__torch__.fused_weights.typed(p.post_attention_norm), __torch__.fused_weights.down([p.gate, p.up], none)]
    found = found + __torch__.fused_weights.map(p.gate, none) + __torch__.fused_weights.map(p.up, none)
    found = found + [__torch__.fused_weights.down([p.down], none)] + __torch__.fused_weights.map(p.down, none)
  return found + [__torch__.linear.stored(ends.embed_tokens), __torch__.fused_weights.typed(ends.final_norm), __torch__.fused_weights.typed(ends.head).t()]

def map_at(f: List[Tensor], i: int) -> __torch__.fused_weights.Map:
  return __torch__.fused_weights.Map(f[i], f[i + 1], f[i + 2])

# As fuse made them.
def layers(f: List[Tensor]) -> List[__torch__.fused_weights.Layer]:
  found : List[__torch__.fused_weights.Layer] = []
  for layer in range(__torch__.config.layers()):
    i = layer * __torch__.fused_weights.tensors_of_layer()
    q = __torch__.fused_weights.map_at(f, i + 2)
    k = __torch__.fused_weights.map_at(f, i + 5)
    v = __torch__.fused_weights.map_at(f, i + 8)
    o = __torch__.fused_weights.map_at(f, i + 14)
    gate = __torch__.fused_weights.map_at(f, i + 19)
    up = __torch__.fused_weights.map_at(f, i + 22)
    down = __torch__.fused_weights.map_at(f, i + 26)
    found.append(__torch__.fused_weights.Layer(f[i], f[i + 1], q, k, v, f[i + 11], f[i + 12], f[i + 13], o, f[i + 17], f[i + 18], gate, up, f[i + 25], down))
  return found

def ends(f: List[Tensor]) -> __torch__.fused_weights.Ends:
  i = len(f) - 3
  return __torch__.fused_weights.Ends(f[i], f[i + 1], f[i + 2])
