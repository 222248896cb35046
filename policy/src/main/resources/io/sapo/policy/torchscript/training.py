# Forward, vector-Jacobian product, and the optimizer's step. `spans` see layerwise.py; behind them stands
# the place of the head among the trained parameters, or -1. `places` says where in w each of them stands.
class Training(Module):
  __parameters__ = []
  __buffers__ = []

  # keep []: of how many layers, from the top, the graph is kept; where it is more than there are, the
  # logits are kept too. Returns what layerwise.forward does and the blocks of logits, log-probabilities
  # and entropies.
  def forward_policy(self: __torch__.training.Training, keep: Tensor, temperature: Tensor, spans: Tensor, batch: List[Tensor], w: List[Tensor]) -> Tuple[List[Tensor], Tensor, Tensor]:
    b = __torch__.batch.unpack(batch)
    kept = __torch__.layerwise.forward(b, annotate(List[int], spans.tolist()), int(keep), w)
    last = kept[__torch__.config.layers()].detach()
    states = __torch__.decoder.final_norm(__torch__.decoder.response_rows(last, b), w).detach()
    logits, log_probs, entropies, = __torch__.language_model_head.score(states, b.targets, temperature, int(keep) > __torch__.config.layers(), w)
    return (kept + logits, log_probs.detach(), entropies.detach())

  # Adds to `gradients` the product of (d_log_probs, d_entropies) with the Jacobian; d_entropies may be
  # empty. Parameters the batch does not touch get nothing.
  def backward_policy(self: __torch__.training.Training, keep: Tensor, temperature: Tensor, spans: Tensor, batch: List[Tensor], d_log_probs: Tensor, d_entropies: Tensor, kept: List[Tensor], places: Tensor, gradients: List[Tensor], w: List[Tensor]) -> Tensor:
    trained = __torch__.gradients.pick(places, w)
    b = __torch__.batch.unpack(batch)
    stages = annotate(List[int], spans.tolist())
    layers = __torch__.config.layers()
    rows = torch.requires_grad_(__torch__.decoder.response_rows(kept[layers].detach(), b), True)
    states = __torch__.decoder.final_norm(rows, w)
    d_states = __torch__.language_model_head.backward(states.detach(), b.targets, temperature, d_log_probs, d_entropies, kept, layers + 1 + min(int(keep), layers), stages[layers + 3], gradients, w)
    d_rows = __torch__.gradients.back(states, rows, True, d_states, stages[layers + 1], stages[layers + 2], trained, gradients)
    __torch__.layerwise.backward(d_rows, b, stages, int(keep), kept, trained, gradients, w)
    return temperature

  # As forward_policy.
  def forward_values(self: __torch__.training.Training, keep: Tensor, spans: Tensor, batch: List[Tensor], w: List[Tensor]) -> Tuple[List[Tensor], Tensor]:
    b = __torch__.batch.unpack(batch)
    kept = __torch__.layerwise.forward(b, annotate(List[int], spans.tolist()), int(keep), w)
    last = kept[__torch__.config.layers()].detach()
    states = __torch__.decoder.final_norm(__torch__.decoder.response_rows(last, b), w)
    return (kept, __torch__.scalar_head.values(states, w).detach())

  def backward_values(self: __torch__.training.Training, keep: Tensor, spans: Tensor, batch: List[Tensor], d_values: Tensor, kept: List[Tensor], places: Tensor, gradients: List[Tensor], w: List[Tensor]) -> Tensor:
    trained = __torch__.gradients.pick(places, w)
    b = __torch__.batch.unpack(batch)
    stages = annotate(List[int], spans.tolist())
    layers = __torch__.config.layers()
    rows = torch.requires_grad_(__torch__.decoder.response_rows(kept[layers].detach(), b), True)
    values = __torch__.scalar_head.values(__torch__.decoder.final_norm(rows, w), w)
    d_rows = __torch__.gradients.back(values, rows, True, d_values, stages[layers + 1], stages[layers + 2], trained, gradients)
    __torch__.layerwise.backward(d_rows, b, stages, int(keep), kept, trained, gradients, w)
    return d_values

  # settings [6]: learning rate, beta1, beta2, weight decay, epsilon, largest norm. Returns the
  # global gradient norm before clipping; where that is not finite the gradients are discarded.
  def step(self: __torch__.training.Training, settings: Tensor, steps: Tensor, trained: List[Tensor], gradients: List[Tensor], first_moments: List[Tensor], second_moments: List[Tensor]) -> Tensor:
    norm = __torch__.gradients.global_norm(gradients)
    if bool(torch.isfinite(norm)):
      __torch__.gradients.clip(gradients, norm, float(settings[5]))
      __torch__.optimizer.adamw(settings, steps, trained, gradients, first_moments, second_moments)
    torch._foreach_zero_(gradients)
    return norm

  # Takes up a saved step count.
  def restore(self: __torch__.training.Training, saved_steps: Tensor, steps: Tensor, gradients: List[Tensor]) -> Tensor:
    steps.copy_(saved_steps)
    torch._foreach_zero_(gradients)
    return steps

  def discard(self: __torch__.training.Training, gradients: List[Tensor]) -> Tensor:
    torch._foreach_zero_(gradients)
    return gradients[0]
