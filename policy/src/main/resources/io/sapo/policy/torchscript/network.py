# What is computed without gradients.
class Network(Module):
  __parameters__ = []
  __buffers__ = []

  # temperature [] -> log-probabilities and entropies of the response tokens, [N] each.
  def score(self: __torch__.network.Network, temperature: Tensor, batch: List[Tensor], w: List[Tensor]) -> Tuple[Tensor, Tensor]:
    b = __torch__.batch.of(batch, w)
    kept, log_probs, entropies, = __torch__.language_model_head.score(__torch__.decoder.response_states(b, w), b.targets, __torch__.host.to(temperature, b.tokens.device), False, w)
    return (log_probs, entropies)

  # The logits the response tokens are drawn from, [N, vocabulary].
  def logits(self: __torch__.network.Network, batch: List[Tensor], w: List[Tensor]) -> Tensor:
    states = __torch__.decoder.response_states(__torch__.batch.of(batch, w), w)
    return torch.to(__torch__.language_model_head.logits(states, __torch__.language_model_head.matrix(states, w)), 6)

  # Values of the states before the response tokens, [N].
  def values(self: __torch__.network.Network, batch: List[Tensor], w: List[Tensor]) -> Tensor:
    return __torch__.scalar_head.values(__torch__.decoder.response_states(__torch__.batch.of(batch, w), w), w)

  # Picture embeddings [M, hidden], then features of the same shape, see deepstack.py.
  def embed_pictures(self: __torch__.network.Network, batch: List[Tensor], w: List[Tensor]) -> List[Tensor]:
    pictures, features, = __torch__.vision.embed_pictures(__torch__.batch.of(batch, w), w)
    return [pictures] + features
