# Token logits and what reinforcement learning reads from them.

def logits(states: Tensor, w: List[Tensor]) -> Tensor:
  return torch.linear(states, __torch__.weights.head(w))

# logits [N, vocabulary], targets [N] -> log-probability of the target and entropy, both [N], of
# softmax(logits / temperature).
def score(logits: Tensor, targets: Tensor, temperature: Tensor) -> Tuple[Tensor, Tensor]:
  log_probs = torch.log_softmax(logits / temperature, -1)
  chosen = log_probs.gather(1, targets.unsqueeze(1)).squeeze(1)
  return (chosen, -(log_probs.exp() * log_probs).sum([-1]))

# The gradient with respect to logits of sum(d_log_probs * log p(target) + d_entropies * H):
#   d log p_y / d logit_v = (1[v = y] - p_v) / temperature
#   d H / d logit_v       = -p_v (log p_v + H) / temperature
def score_gradient(logits: Tensor, targets: Tensor, temperature: Tensor, d_log_probs: Tensor, d_entropies: Tensor) -> Tensor:
  log_probs = torch.log_softmax(logits / temperature, -1)
  probs = log_probs.exp()
  d_log_prob = d_log_probs.unsqueeze(1)
  factor = d_log_prob
  if d_entropies.numel() > 0:
    entropy = -(probs * log_probs).sum([-1], True)
    factor = (log_probs + entropy) * d_entropies.unsqueeze(1) + d_log_prob
  gradient = probs.mul_(factor).neg_()
  chosen = targets.unsqueeze(1)
  gradient.scatter_(1, chosen, gradient.gather(1, chosen) + d_log_prob)
  return gradient.div_(temperature)
