# Drawing one token a row from softmax(logits / temperature) cut down by top-k, then by top-p. A
# row's token depends on its own logits, settings and uniform number alone.

class Settings(NamedTuple):
  temperature : Tensor     # [A, 1], 1 for greedy rows
  top_p : Tensor           # [A, 1], beyond 1 where nothing is to be cut
  top_k : Tensor           # [A, 1]
  greedy : Tensor          # [A] bool, rows that take the likeliest token
  whole : Tensor           # [A, 1] bool, rows that draw from all tokens
  any_greedy : bool
  all_whole : bool

# given [3, A] in the host's memory: temperature (0 means greedy), top-p, top-k.
def settings(given: Tensor, vocabulary: int, device: Device) -> __torch__.sampling.Settings:
  temperature, top_p, top_k, = given.unsqueeze(2).unbind(0)
  greedy = temperature == 0.
  whole = (top_p >= 1.).logical_and_(top_k >= vocabulary).logical_or_(greedy)
  numbers = __torch__.host.to(torch.stack([temperature.masked_fill(greedy, 1.), top_p.masked_fill(top_p >= 1., 2.), top_k]), device)
  flags = __torch__.host.to(torch.stack([greedy, whole]), device)
  return __torch__.sampling.Settings(numbers[0], numbers[1], numbers[2], flags[0].squeeze(1), flags[1], bool(greedy.any()), bool(whole.all()))

# Logits with all but the kept tokens at minus infinity: the k likeliest, and of those, by
# probability among themselves, the likeliest until they reach p (Holtzman et al. 2020). Sorting all
# tokens is dear; the likeliest 64 decide unless a row keeps more.
def cut(logits: Tensor, s: __torch__.sampling.Settings) -> Tensor:
  vocabulary = logits.size(1)
  probs = logits.softmax(-1)
  likeliest, order, = torch.topk(probs, min(64, vocabulary), -1, True, True)
  reached = likeliest.sum([-1], True) > s.top_p + 0.000001
  decided = (s.top_k <= likeliest.size(1)).logical_or_((s.top_k >= vocabulary).logical_and_(reached)).logical_or_(s.whole)
  if not bool(decided.all()):
    likeliest, order, = torch.sort(probs, stable=True, dim=-1, descending=True)
  beyond = torch.arange(likeliest.size(1), device=logits.device) >= s.top_k
  candidates = likeliest.masked_fill(beyond, 0.)
  total = candidates.sum([-1], True).masked_fill(s.top_k >= vocabulary, 1.)
  likelier = candidates.cumsum(-1) - candidates
  kept = (likelier < s.top_p * total).logical_and_(beyond.logical_not())
  dropped = torch.ones_like(logits, dtype=11).scatter_(1, order, kept.logical_not()).logical_and_(s.whole.logical_not())
  return logits.masked_fill(dropped, -inf)

# logits [A, V], uniforms [A] in [0, 1) -> token, its log-probability and the entropy of the
# distribution it was drawn from, [A] each.
def draw(logits: Tensor, uniforms: Tensor, s: __torch__.sampling.Settings) -> Tuple[Tensor, Tensor, Tensor]:
  tempered = logits / s.temperature
  if not s.all_whole:
    tempered = __torch__.sampling.cut(tempered, s)
  log_probs = tempered.log_softmax(-1)
  probs = log_probs.exp()
  cumulated = probs.cumsum(-1, dtype=7)
  threshold = uniforms.unsqueeze(1) * cumulated.narrow(1, -1, 1)
  tokens = torch.searchsorted(cumulated, threshold, right=True).clamp_max_(logits.size(1) - 1)
  chosen = log_probs.gather(1, tokens).squeeze(1)
  entropies = torch.linalg_vecdot(probs, log_probs.clamp_min(-1000.)).neg_()
  drawn = tokens.squeeze(1)
  if s.any_greedy:
    drawn = torch.where(s.greedy, logits.argmax(-1), drawn)
    certain = torch.zeros_like(chosen)
    chosen = torch.where(s.greedy, certain, chosen)
    entropies = torch.where(s.greedy, certain, entropies)
  return (drawn, chosen, entropies)

# Tokens, log-probabilities and entropies of some steps, [A] each -> [3, steps, A] float64 in the host's
# memory, which holds all of them exactly; one wait for the device.
def together(drawn: List[Tensor], log_probs: List[Tensor], entropies: List[Tensor]) -> Tensor:
  all = torch.stack([torch.to(torch.stack(drawn), 7), torch.to(torch.stack(log_probs), 7), torch.to(torch.stack(entropies), 7)])
  return torch.to(all, torch.device("cpu"))
