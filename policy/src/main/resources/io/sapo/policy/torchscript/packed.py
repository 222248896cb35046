# Matrices laid out in blocks by oneDNN, as its product with few rows reads them: 1.4 times as fast as
# the product with a matrix as it is stored, with the 49,152 rows of a head 1.8 times.

# How many matrices a decoder layer has: q, k, v, o, gate, up, down.
def of_layer() -> int:
  return 7

def layout(w: Tensor, rows: int) -> Tensor:
  return ops.mkldnn._reorder_linear_weight(torch.to(__torch__.linear.stored(w), __torch__.config.compute_type()), rows)

# Whether the processor has instructions for the type that is computed in.
def supported() -> bool:
  return __torch__.config.compute_type() == 6 or ops.mkldnn._is_mkldnn_bf16_supported()

# All matrices of the decoder, layer by layer, the head last; a single empty tensor where none is laid out.
def all(rows: int, w: List[Tensor]) -> List[Tensor]:
  found : List[Tensor] = []
  if __torch__.packed.supported():
    for i in range(__torch__.config.layers()):
      p = __torch__.weights.decoder_layer(w, i)
      for m in [p.q.weight, p.k.weight, p.v.weight, p.o.weight, p.gate.weight, p.up.weight, p.down.weight]:
        found.append(__torch__.packed.layout(m, rows))
    found.append(__torch__.packed.layout(__torch__.weights.ends(w, 0).head, rows))
  else:
    found.append(torch.empty([0]))
  return found

# Matrix i of layer `layer`, where there are any.
def find(packed: List[Tensor], layer: int, i: int) -> Optional[Tensor]:
  found : Optional[Tensor] = None
  at = layer * __torch__.packed.of_layer() + i
  if len(packed) > 1:
    found = packed[at]
  return found

# x [A, in] -> [A, out]
def product(x: Tensor, m: Tensor, bias: Optional[Tensor]) -> Tensor:
  return ops.mkldnn._linear_pointwise(x, m, bias, "none", annotate(List[Optional[number]], []), "")
