# Token logits and what reinforcement learning reads from them. There may be a hundred thousand logits
# a token: what is computed from them goes by a few rows at a time, which stay in the processor's
# cache, so that the logits themselves are the only tensor of their size.

def logits(states: Tensor, w: List[Tensor]) -> Tensor:
  return torch.linear(states, __torch__.weights.head(w))

# Rows taken at a time: half a million logits.
def rows_at_a_time(logits: Tensor) -> int:
  return max(1, 524288 // logits.size(1))

def log_probs(logits: Tensor, temperature: Tensor) -> Tensor:
  return torch.log_softmax(logits / temperature, -1)

# logits [N, vocabulary], targets [N] -> log-probability of the target and entropy, both [N], of
# softmax(logits / temperature).
def score(logits: Tensor, targets: Tensor, temperature: Tensor) -> Tuple[Tensor, Tensor]:
  step = __torch__.language_model_head.rows_at_a_time(logits)
  chosen : List[Tensor] = []
  entropies : List[Tensor] = []
  for i in range((logits.size(0) + step - 1) // step):
    count = min(step, logits.size(0) - i * step)
    log_probs = __torch__.language_model_head.log_probs(logits.narrow(0, i * step, count), temperature)
    chosen.append(log_probs.gather(1, targets.narrow(0, i * step, count).unsqueeze(1)).squeeze(1))
    entropies.append(-(log_probs.exp() * log_probs).sum([-1]))
  return (torch.cat(chosen), torch.cat(entropies))

# Puts in the place of logits the gradient with respect to them of
# sum(d_log_probs * log p(target) + d_entropies * H):
#   d log p_y / d logit_v = (1[v = y] - p_v) / temperature
#   d H / d logit_v       = -p_v (log p_v + H) / temperature
def replace_by_gradient(logits: Tensor, targets: Tensor, temperature: Tensor, d_log_probs: Tensor, d_entropies: Tensor) -> None:
  step = __torch__.language_model_head.rows_at_a_time(logits)
  for i in range((logits.size(0) + step - 1) // step):
    count = min(step, logits.size(0) - i * step)
    rows = logits.narrow(0, i * step, count)
    log_probs = __torch__.language_model_head.log_probs(rows, temperature)
    probs = log_probs.exp()
    d_log_prob = d_log_probs.narrow(0, i * step, count).unsqueeze(1)
    factor = d_log_prob
    if d_entropies.numel() > 0:
      entropy = -(probs * log_probs).sum([-1], True)
      factor = (log_probs + entropy) * d_entropies.narrow(0, i * step, count).unsqueeze(1) + d_log_prob
    gradient = probs.mul_(factor).neg_()
    chosen = targets.narrow(0, i * step, count).unsqueeze(1)
    gradient.scatter_(1, chosen, gradient.gather(1, chosen) + d_log_prob)
    rows.copy_(gradient.div_(temperature))
