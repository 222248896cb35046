# The decoder forward and backward layer by layer, so that what is kept between the two can be chosen:
# every layer's graph, or its input alone, from which it is computed again on the way back (Chen et al.
# 2016). Either gives the same bits.
#
# Stages of trained parameters: embeddings and vision tower, each layer, final norm and head. Those of
# stage s stand at spans[s] to spans[s + 1] of the list; what lies below a layer is trained where its
# span begins above 0.

# -> what entered each layer and what left the last; behind it, where graphs are kept, what left each
# layer.
def forward(b: __torch__.batch.Batch, spans: List[int], keep: bool, w: List[Tensor]) -> List[Tensor]:
  x = __torch__.embedding.embed(b, w).detach()
  cos, sin, = __torch__.rotary.angles(b.positions, x.dtype)
  inputs : List[Tensor] = []
  outputs : List[Tensor] = []
  for i in range(__torch__.config.layers()):
    p = __torch__.weights.decoder_layer(w, i)
    if keep:
      x = torch.requires_grad_(x.detach(), spans[i + 1] > 0)
    inputs.append(x)
    y = __torch__.decoder.layer(x, p, cos, sin)
    if keep:
      outputs.append(y)
    x = y.detach()
  inputs.append(x)
  return inputs + outputs

# Whether `kept` holds what left each layer.
def has_graph(kept: List[Tensor]) -> bool:
  return len(kept) > __torch__.config.layers() + 1

# d_rows [N, hidden]: gradient with respect to the rows taken from the last layer's output.
def backward(d_rows: Tensor, b: __torch__.batch.Batch, spans: List[int], kept: List[Tensor], trained: List[Tensor], gradients: List[Tensor], w: List[Tensor]) -> None:
  layers = __torch__.config.layers()
  last = kept[layers]
  d = torch.zeros_like(last).flatten(0, 1).index_copy(0, b.rows, d_rows).view_as(last)
  cos, sin, = __torch__.rotary.angles(b.positions, last.dtype)
  for k in range(layers):
    i = layers - 1 - k
    begin = spans[i + 1]
    end = spans[i + 2]
    if end > 0:
      x = kept[i]
      if __torch__.layerwise.has_graph(kept):
        y = kept[layers + 1 + i]
      else:
        x = torch.requires_grad_(x.detach(), begin > 0)
        y = __torch__.decoder.layer(x, __torch__.weights.decoder_layer(w, i), cos, sin)
      d = __torch__.gradients.back(y, x, begin > 0, d, begin, end, trained, gradients)
  if spans[1] > 0:
    embedded = __torch__.embedding.embed(b, w)
    __torch__.gradients.back(embedded, embedded, False, d, 0, spans[1], trained, gradients)
