# Token logits and what reinforcement learning reads from them. There may be a hundred thousand logits
# a token, so that they are made a block of rows at a time; what is computed from a block goes by a few
# rows, which stay in the processor's cache.

# Rows of a block: 32 million bytes of logits. From 32 MiB on malloc gives what is freed back to the system, and
# the next block would be new memory, of which each page is dear. The same wherever logits are made, since it
# may show in the last bits.
def block_rows(matrix: Tensor) -> int:
  return max(16, 32000000 // (matrix.size(0) * matrix.element_size()))

# Rows taken at a time within a block: half a million logits on a processor, all of them elsewhere.
def rows_at_a_time(logits: Tensor) -> int:
  rows = logits.size(0)
  if not logits.is_cuda:
    rows = max(1, 524288 // logits.size(1))
  return rows

# The matrix of the head in the type of the states; made once a pass, since that may be a copy.
def matrix(states: Tensor, w: List[Tensor]) -> Tensor:
  return __torch__.linear.weight(__torch__.weights.ends(w, 0).head, states)

# Logits in the type of the states. What is computed from them is float32.
def logits(states: Tensor, matrix: Tensor) -> Tensor:
  return __torch__.products.forward(states, matrix, None)

def log_probs(logits: Tensor, temperature: Tensor) -> Tensor:
  return torch.log_softmax(torch.to(logits, 6) / temperature, -1)

# logits [n, vocabulary], targets [n] -> log-probability of the target and entropy, both [n], of
# softmax(logits / temperature).
def score_block(logits: Tensor, targets: Tensor, temperature: Tensor) -> Tuple[Tensor, Tensor]:
  step = __torch__.language_model_head.rows_at_a_time(logits)
  chosen : List[Tensor] = []
  entropies : List[Tensor] = []
  for i in range((logits.size(0) + step - 1) // step):
    count = min(step, logits.size(0) - i * step)
    log_probs = __torch__.language_model_head.log_probs(logits.narrow(0, i * step, count), temperature)
    chosen.append(log_probs.gather(1, targets.narrow(0, i * step, count).unsqueeze(1)).squeeze(1))
    entropies.append(-(log_probs.exp() * log_probs).sum([-1]))
  return (torch.cat(chosen), torch.cat(entropies))

# states [N, hidden], targets [N] -> log-probabilities and entropies, both [N], and the blocks of logits
# where they are to be kept.
def score(states: Tensor, targets: Tensor, temperature: Tensor, keep: bool, w: List[Tensor]) -> Tuple[List[Tensor], Tensor, Tensor]:
  matrix = __torch__.language_model_head.matrix(states, w)
  step = __torch__.language_model_head.block_rows(matrix)
  kept : List[Tensor] = []
  chosen : List[Tensor] = []
  entropies : List[Tensor] = []
  for i in range((states.size(0) + step - 1) // step):
    count = min(step, states.size(0) - i * step)
    block = __torch__.language_model_head.logits(states.narrow(0, i * step, count), matrix)
    log_prob, entropy, = __torch__.language_model_head.score_block(block, targets.narrow(0, i * step, count), temperature)
    chosen.append(log_prob)
    entropies.append(entropy)
    if keep:
      kept.append(block)
  return (kept, torch.cat(chosen), torch.cat(entropies))

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

# Gradient with respect to the states, [N, hidden]; the head's is added to its buffer. What score kept
# stands from place `first` on in `kept`; where nothing does, the logits are made again.
def backward(states: Tensor, targets: Tensor, temperature: Tensor, d_log_probs: Tensor, d_entropies: Tensor, kept: List[Tensor], first: int, gradients: List[Tensor], w: List[Tensor]) -> Tensor:
  matrix = __torch__.language_model_head.matrix(states, w)
  step = __torch__.language_model_head.block_rows(matrix)
  parts : List[Tensor] = []
  for i in range((states.size(0) + step - 1) // step):
    count = min(step, states.size(0) - i * step)
    rows = states.narrow(0, i * step, count)
    if len(kept) > first:
      block = kept[first + i]
    else:
      block = __torch__.language_model_head.logits(rows, matrix)
    d_entropy = d_entropies
    if d_entropies.numel() > 0:
      d_entropy = d_entropies.narrow(0, i * step, count)
    __torch__.language_model_head.replace_by_gradient(block, targets.narrow(0, i * step, count), temperature, d_log_probs.narrow(0, i * step, count), d_entropy)
    parts.append(__torch__.products.backward(block, matrix))
    __torch__.linear.add_product(__torch__.weights.ends(gradients, 0).head, block, rows)
  return torch.cat(parts)
