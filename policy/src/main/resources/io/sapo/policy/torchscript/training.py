# Forward with a graph, vector-Jacobian product, and the optimizer's step.
class Training(Module):
  __parameters__ = []
  __buffers__ = []

  # Logits carry the graph; log-probabilities and entropies are read off beside it, and their
  # gradient is given in closed form and takes the place of the logits.
  def forward_policy(self: __torch__.training.Training, temperature: Tensor, batch: List[Tensor], w: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    b = __torch__.batch.unpack(batch)
    logits = __torch__.language_model_head.logits(__torch__.decoder.response_states(b, w), w)
    log_probs, entropies, = __torch__.language_model_head.score(logits.detach(), b.targets, temperature)
    return (logits, log_probs, entropies)

  # Adds to `gradients` the product of (d_log_probs, d_entropies) with the Jacobian; d_entropies
  # may be empty. Parameters the batch does not touch get nothing.
  def backward_policy(self: __torch__.training.Training, temperature: Tensor, batch: List[Tensor], d_log_probs: Tensor, d_entropies: Tensor, logits: Tensor, trained: List[Tensor], gradients: List[Tensor]) -> Tensor:
    d_logits = logits.detach()
    __torch__.language_model_head.replace_by_gradient(d_logits, __torch__.batch.unpack(batch).targets, temperature, d_log_probs, d_entropies)
    __torch__.gradients.accumulate(logits, d_logits, trained, gradients)
    return temperature

  def forward_values(self: __torch__.training.Training, batch: List[Tensor], w: List[Tensor]) -> Tensor:
    return __torch__.scalar_head.values(__torch__.decoder.response_states(__torch__.batch.unpack(batch), w), w)

  def backward_values(self: __torch__.training.Training, d_values: Tensor, values: Tensor, trained: List[Tensor], gradients: List[Tensor]) -> Tensor:
    __torch__.gradients.accumulate(values, d_values, trained, gradients)
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

  # Takes up saved moments and a saved step count.
  def restore(self: __torch__.training.Training, saved_steps: Tensor, saved_first: List[Tensor], saved_second: List[Tensor], steps: Tensor, gradients: List[Tensor], first_moments: List[Tensor], second_moments: List[Tensor]) -> Tensor:
    steps.copy_(saved_steps)
    for i in range(len(gradients)):
      first_moments[i].copy_(saved_first[i])
      second_moments[i].copy_(saved_second[i])
    torch._foreach_zero_(gradients)
    return steps
