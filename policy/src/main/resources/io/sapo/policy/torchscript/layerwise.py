# The decoder forward and backward layer by layer, so that what is kept between the two can be chosen:
# of the topmost layers, as many as memory allows, what decoder_layer.py names; of those below the input
# alone, from which the rest is computed again on the way back (Chen et al. 2016). The bits do not depend
# on it.

# The lowest layer of which more than the input is kept.
def lowest_kept(keep: int) -> int:
  layers = __torch__.config.layers()
  return layers - min(keep, layers)

# How many tensors forward keeps.
def kept_tensors(keep: int) -> int:
  layers = __torch__.config.layers()
  return layers + 1 + (layers - __torch__.layerwise.lowest_kept(keep)) * __torch__.decoder_layer.packed_tensors()

# -> what entered each layer and what left the last; behind it the intermediates of the topmost `keep`
# layers. Inputs that are kept alone lie together in one tensor that is there before the first layer: kept
# where they were made, each would split the memory that the layer before has freed, and the next layer
# would take new.
def forward(b: __torch__.batch.Batch, keep: int, w: List[Tensor]) -> List[Tensor]:
  x, features, = __torch__.embedding.embed(b, w)
  cos, sin, = __torch__.rotary.angles(b.positions, x.dtype)
  lowest = __torch__.layerwise.lowest_kept(keep)
  together = x.new_empty([lowest, x.size(0), x.size(1)])
  inputs : List[Tensor] = []
  kept : List[Tensor] = []
  for i in range(__torch__.config.layers()):
    p = __torch__.weights.decoder_layer(w, i)
    if i < lowest:
      x = torch.select(together, 0, i).copy_(x)
    inputs.append(x)
    m = __torch__.decoder_layer.intermediates(x, p, cos, sin, b)
    if i >= lowest:
      kept = kept + __torch__.decoder_layer.pack(m)
    x = __torch__.deepstack.add(__torch__.decoder_layer.output(m, p), i, features, b)
  inputs.append(x)
  return inputs + kept

# d_rows [N, hidden]: gradient with respect to the rows taken from the last layer's output. trained: the
# lowest layer to go back to, then the places among the weights of what is trained of the embeddings and
# the vision tower. The gradient of a layer's input takes the place of that input where it was kept alone.
def backward(d_rows: Tensor, b: __torch__.batch.Batch, keep: int, kept: List[Tensor], trained: List[int], gradients: List[Tensor], w: List[Tensor]) -> None:
  layers = __torch__.config.layers()
  last = kept[layers]
  d = torch.embedding_dense_backward(d_rows, b.rows, last.size(0), -1, False)
  cos, sin, = __torch__.rotary.angles(b.positions, last.dtype)
  lowest = __torch__.layerwise.lowest_kept(keep)
  features = __torch__.deepstack.count(b)
  d_features : List[Tensor] = []
  if len(trained) > 1:
    for k in range(features - layers):
      d_features.append(__torch__.deepstack.unused(d, b))
  for k in range(layers - trained[0]):
    i = layers - 1 - k
    if len(trained) > 1 and i < features:
      d_features.append(__torch__.deepstack.gradient(d, b))
    p = __torch__.weights.decoder_layer(w, i)
    if i < lowest:
      m = __torch__.decoder_layer.intermediates(kept[i], p, cos, sin, b)
    else:
      m = __torch__.decoder_layer.unpack(kept, layers + 1 + (i - lowest) * __torch__.decoder_layer.packed_tensors())
    d = __torch__.decoder_layer.backward(d, kept[i], m, p, __torch__.weights.decoder_layer(gradients, i), cos, sin, b)
    if i < lowest:
      d = kept[i].copy_(d)
  of_table = __torch__.weights.ends(gradients, 0).embed_tokens
  if b.embedding_rows.numel() == 0:
    if of_table.numel() > 0:
      __torch__.embedding.backward(d, b.tokens, of_table)
  elif len(trained) > 1:
    __torch__.layerwise.backward_inputs(d, d_features, b, trained[1:], gradients, w)

# d_features: gradients with respect to the pictures' features, the last layer's first.
def backward_inputs(d: Tensor, d_features: List[Tensor], b: __torch__.batch.Batch, places: List[int], gradients: List[Tensor], w: List[Tensor]) -> None:
  torch.set_grad_enabled(True)
  embedded, features, = __torch__.embedding.embed(b, w)
  results = [embedded]
  all_d = [d]
  for k in range(len(features)):
    results.append(features[len(features) - 1 - k])
    all_d.append(d_features[k])
  __torch__.gradients.back(results, all_d, places, gradients, w)
  torch.set_grad_enabled(False)
