# Forward, vector-Jacobian product, and the optimizer's step. What is trained: see layerwise.backward. No
# graph is recorded, but for embeddings and vision tower on the way back.
class Training(Module):
  __parameters__ = []
  __buffers__ = []

  # keep []: of how many layers, from the top, the intermediates are kept; where it is more than there are,
  # the logits are kept too. Returns what layerwise.forward does and the blocks of logits, log-probabilities
  # and entropies.
  def forward_policy(self: __torch__.training.Training, keep: Tensor, temperature: Tensor, batch: List[Tensor], w: List[Tensor]) -> Tuple[List[Tensor], Tensor, Tensor]:
    b = __torch__.batch.of(batch, w)
    kept = __torch__.layerwise.forward(b, int(keep), w)
    states = __torch__.decoder.final_norm(__torch__.decoder.response_rows(kept[__torch__.config.layers()], b), w)
    logits, log_probs, entropies, = __torch__.language_model_head.score(states, b.targets, __torch__.host.to(temperature, states.device), int(keep) > __torch__.config.layers(), w)
    return (kept + logits, log_probs, entropies)

  # Adds to `gradients` the product of (d_log_probs, d_entropies) with the Jacobian; d_entropies may be
  # empty. Parameters the batch does not touch get nothing.
  def backward_policy(self: __torch__.training.Training, keep: Tensor, temperature: Tensor, batch: List[Tensor], d_log_probs: Tensor, d_entropies: Tensor, kept: List[Tensor], trained: Tensor, gradients: List[Tensor], w: List[Tensor]) -> Tensor:
    b = __torch__.batch.of(batch, w)
    rows = __torch__.decoder.response_rows(kept[__torch__.config.layers()], b)
    states = __torch__.decoder.final_norm(rows, w)
    d_states = __torch__.language_model_head.backward(states, b.targets, __torch__.host.to(temperature, states.device), __torch__.host.to(d_log_probs, states.device), __torch__.host.to(d_entropies, states.device), kept, __torch__.layerwise.kept_tensors(int(keep)), gradients, w)
    d_rows = __torch__.decoder.final_norm_backward(d_states, rows, gradients, w)
    __torch__.layerwise.backward(d_rows, b, int(keep), kept, annotate(List[int], trained.tolist()), gradients, w)
    return temperature

  # As forward_policy.
  def forward_values(self: __torch__.training.Training, keep: Tensor, batch: List[Tensor], w: List[Tensor]) -> Tuple[List[Tensor], Tensor]:
    b = __torch__.batch.of(batch, w)
    kept = __torch__.layerwise.forward(b, int(keep), w)
    states = __torch__.decoder.final_norm(__torch__.decoder.response_rows(kept[__torch__.config.layers()], b), w)
    return (kept, __torch__.scalar_head.values(states, w))

  def backward_values(self: __torch__.training.Training, keep: Tensor, batch: List[Tensor], d_values: Tensor, kept: List[Tensor], trained: Tensor, gradients: List[Tensor], w: List[Tensor]) -> Tensor:
    b = __torch__.batch.of(batch, w)
    rows = __torch__.decoder.response_rows(kept[__torch__.config.layers()], b)
    d_states = __torch__.scalar_head.backward(__torch__.decoder.final_norm(rows, w), __torch__.host.to(d_values, rows.device), gradients, w)
    d_rows = __torch__.decoder.final_norm_backward(d_states, rows, gradients, w)
    __torch__.layerwise.backward(d_rows, b, int(keep), kept, annotate(List[int], trained.tolist()), gradients, w)
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
