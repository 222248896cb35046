# The way back through attention.py.

# d [B, T, heads * d], with respect to what attend(q, k, v) gave -> [B, heads, T, d] each, with respect to
# queries, keys and values as for_each_query lays them out, in the type of attention.computed.
def of_scores(d: Tensor, q: Tensor, k: Tensor, v: Tensor, attended: Tensor, log_sums: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  queries = __torch__.attention.computed(q).transpose(1, 2)
  keys = __torch__.attention.for_each_query(__torch__.attention.computed(k))
  values = __torch__.attention.for_each_query(__torch__.attention.computed(v))
  d_attended = __torch__.attention.computed(d).unflatten(-1, [q.size(2), q.size(3)]).transpose(1, 2)
  if q.is_cuda:
    d_q, d_k, d_v, = __torch__.attention_backward.recorded(d_attended, queries, keys, values)
  else:
    result = __torch__.attention.computed(attended).unflatten(-1, [q.size(2), q.size(3)]).transpose(1, 2)
    d_q, d_k, d_v, = torch._scaled_dot_product_flash_attention_for_cpu_backward(d_attended, queries, keys, values, result, log_sums, 0., True)
  return (d_q, d_k, d_v)

# Where which kernel attends is libtorch's choice: its own graph, of attention alone, made anew.
def recorded(d: Tensor, q: Tensor, k: Tensor, v: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  torch.set_grad_enabled(True)
  sources = [torch.requires_grad_(q.detach(), True), torch.requires_grad_(k.detach(), True), torch.requires_grad_(v.detach(), True)]
  attended = torch.scaled_dot_product_attention(sources[0], sources[1], sources[2], None, 0., True)
  found = torch.grad([attended], sources, annotate(List[Optional[Tensor]], [d]))
  torch.set_grad_enabled(False)
  return (unchecked_cast(Tensor, found[0]), unchecked_cast(Tensor, found[1]), unchecked_cast(Tensor, found[2]))

# [B, heads, T, d] -> [B, T, keyValueHeads, d]: what belongs to a group's queries added up.
def of_group(d: Tensor) -> Tensor:
  group = __torch__.config.heads() // __torch__.config.key_value_heads()
  found = d
  if group > 1:
    found = d.unflatten(1, [-1, group]).sum([2])
  return found.transpose(1, 2)

# [R, heads * d] as of_fed gave it -> [B, T, heads * d]
def in_sequences(d: Tensor, b: __torch__.batch.Batch) -> Tensor:
  sequences = b.places.size(0)
  length = b.places.size(1)
  rows = d
  if b.attended.numel() > 0:
    rows = torch.embedding_dense_backward(d, b.attended, sequences * length, -1, False)
  return rows.view([sequences, length, -1])

# d [R, heads * d], with respect to what attention gives the fed tokens -> gradients with respect to q, k
# and v [R, n, d] as attention.project gives them.
def causal(d: Tensor, q: Tensor, k: Tensor, v: Tensor, attended: Tensor, log_sums: Tensor, p: __torch__.weights.DecoderLayer, g: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor, b: __torch__.batch.Batch) -> Tuple[Tensor, Tensor, Tensor]:
  turned_q, turned_k, = __torch__.attention.turned(q, k, p, cos, sin)
  queries, keys, values, = __torch__.attention.all_in_sequences(turned_q, turned_k, v, b)
  d_q, d_k, d_v, = __torch__.attention_backward.of_scores(__torch__.attention_backward.in_sequences(d, b), queries, keys, values, attended, log_sums)
  d_q, d_k, d_v, = __torch__.attention_backward.of_fed(d_q.transpose(1, 2), __torch__.attention_backward.of_group(d_k), __torch__.attention_backward.of_group(d_v), q.size(0), b)
  d_q = __torch__.head_norm.backward(__torch__.rotary.backward(torch.to(d_q, q.dtype), cos, sin), q, p.q_norm, g.q_norm)
  d_k = __torch__.head_norm.backward(__torch__.rotary.backward(torch.to(d_k, k.dtype), cos, sin), k, p.k_norm, g.k_norm)
  return (d_q, d_k, torch.to(d_v, v.dtype))

# With respect to what attention.all_in_sequences gave, [B, T, n, d] each -> with respect to what it was
# given, [R, n, d]; what sequences share adds up in a fixed order.
def of_fed(q: Tensor, k: Tensor, v: Tensor, rows: int, b: __torch__.batch.Batch) -> Tuple[Tensor, Tensor, Tensor]:
  if b.attended.numel() == 0:
    found = (q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1))
  else:
    together = torch.cat([q, k, v], 2).flatten(0, 1).flatten(1)
    added = torch.embedding_dense_backward(together, b.places.flatten(), rows, -1, False).unflatten(-1, [-1, q.size(3)])
    of_q, of_k, of_v, = torch.split_with_sizes(added, [q.size(2), k.size(2), v.size(2)], 1)
    found = (of_q, of_k, of_v)
  return found
