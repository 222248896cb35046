# Token logits and what reinforcement learning reads from them.

def logits(states: Tensor, w: List[Tensor]) -> Tensor:
  return torch.linear(states, __torch__.weights.head(w))

# logits [N, vocabulary], targets [N] -> log-probability of the target and entropy, both [N], of
# softmax(logits / temperature).
def score(logits: Tensor, targets: Tensor, temperature: Tensor) -> Tuple[Tensor, Tensor]:
  log_probs = torch.log_softmax(torch.div(logits, temperature), -1)
  chosen = torch.squeeze(torch.gather(log_probs, 1, torch.unsqueeze(targets, 1)), 1)
  entropies = torch.neg(torch.sum(torch.mul(torch.exp(log_probs), log_probs), [-1]))
  return (chosen, entropies)

# The gradient with respect to logits of sum(d_log_probs * log p(target) + d_entropies * H):
#   d log p_y / d logit_v = (1[v = y] - p_v) / temperature
#   d H / d logit_v       = -p_v (log p_v + H) / temperature
def score_gradient(logits: Tensor, targets: Tensor, temperature: Tensor, d_log_probs: Tensor, d_entropies: Tensor) -> Tensor:
  log_probs = torch.log_softmax(torch.div(logits, temperature), -1)
  probs = torch.exp(log_probs)
  d_log_prob = torch.unsqueeze(d_log_probs, 1)
  factor = d_log_prob
  if torch.numel(d_entropies) > 0:
    d_entropy = torch.unsqueeze(d_entropies, 1)
    entropy = torch.neg(torch.sum(torch.mul(probs, log_probs), [-1], True))
    factor = torch.add(torch.mul(torch.add(log_probs, entropy), d_entropy), d_log_prob)
  gradient = torch.neg_(torch.mul_(probs, factor))
  chosen = torch.unsqueeze(targets, 1)
  torch.scatter_(gradient, 1, chosen, torch.add(torch.gather(gradient, 1, chosen), d_log_prob))
  return torch.div_(gradient, temperature)
