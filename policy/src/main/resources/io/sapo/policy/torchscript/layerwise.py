# The decoder forward and backward layer by layer, so that what is kept between the two can be chosen:
# the graphs of the topmost layers, as many as memory allows; of those below the input alone, from which
# they are computed again on the way back (Chen et al. 2016). The bits do not depend on it.
#
# Stages of trained parameters: embeddings and vision tower, each layer, final norm and head. Those of
# stage s stand at spans[s] to spans[s + 1] of the list; what lies below a layer is trained where its
# span begins above 0.

# The lowest layer whose graph is kept.
def lowest_kept(keep: int) -> int:
  layers = __torch__.config.layers()
  return layers - min(keep, layers)

# -> what entered each layer and what left the last; behind it what left each of the topmost `keep`
# layers, with its graph. Inputs that are kept alone lie together in one tensor that is there before the
# first layer: kept where they were made, each would split the memory that the layer before has freed, and
# the next layer would take new.
def forward(b: __torch__.batch.Batch, spans: List[int], keep: int, w: List[Tensor]) -> List[Tensor]:
  embedded, features, = __torch__.embedding.embed(b, w)
  x = embedded.detach()
  features = __torch__.gradients.detached(features)
  cos, sin, = __torch__.rotary.angles(b.positions, x.dtype)
  lowest = __torch__.layerwise.lowest_kept(keep)
  together = x.new_empty([lowest, x.size(0), x.size(1)])
  inputs : List[Tensor] = []
  outputs : List[Tensor] = []
  for i in range(__torch__.config.layers()):
    p = __torch__.weights.decoder_layer(w, i)
    kept = i >= lowest
    if kept:
      x = torch.requires_grad_(x.detach(), spans[i + 1] > 0)
    else:
      x = torch.select(together, 0, i).copy_(x)
    inputs.append(x)
    y = __torch__.decoder.layer(x, p, cos, sin, b)
    if kept:
      outputs.append(y)
    x = __torch__.deepstack.add(y.detach(), i, features, b)
  inputs.append(x)
  return inputs + outputs

# d_rows [N, hidden]: gradient with respect to the rows taken from the last layer's output. The gradient
# of a layer's input takes the place of that input where it was kept alone.
def backward(d_rows: Tensor, b: __torch__.batch.Batch, spans: List[int], keep: int, kept: List[Tensor], trained: List[Tensor], gradients: List[Tensor], w: List[Tensor]) -> None:
  layers = __torch__.config.layers()
  last = kept[layers]
  d = torch.embedding_dense_backward(d_rows, b.rows, last.size(0), -1, False)
  cos, sin, = __torch__.rotary.angles(b.positions, last.dtype)
  features = __torch__.deepstack.count(b)
  d_features : List[Tensor] = []
  for k in range(layers):
    i = layers - 1 - k
    if spans[1] > 0 and i < features:
      d_features.append(__torch__.deepstack.gradient(d, b))
    begin = spans[i + 1]
    end = spans[i + 2]
    if end > 0:
      x = kept[i]
      if i >= __torch__.layerwise.lowest_kept(keep):
        y = kept[layers + 1 + i - __torch__.layerwise.lowest_kept(keep)]
      else:
        x = torch.requires_grad_(x.detach(), begin > 0)
        y = __torch__.decoder.layer(x, __torch__.weights.decoder_layer(w, i), cos, sin, b)
      d = __torch__.gradients.back(y, x, begin > 0, d, begin, end, trained, gradients)
      if i < __torch__.layerwise.lowest_kept(keep):
        d = kept[i].detach().copy_(d)
  if spans[1] > 0:
    __torch__.layerwise.backward_inputs(d, d_features, b, spans[1], trained, gradients, w)

# d_features: gradients with respect to the pictures' features, the last layer's first.
def backward_inputs(d: Tensor, d_features: List[Tensor], b: __torch__.batch.Batch, end: int, trained: List[Tensor], gradients: List[Tensor], w: List[Tensor]) -> None:
  embedded, features, = __torch__.embedding.embed(b, w)
  results = [embedded]
  all_d = [d]
  for k in range(len(features)):
    results.append(features[len(features) - 1 - k])
    all_d.append(d_features[k])
  __torch__.gradients.back_all(results, all_d, end, trained, gradients)
