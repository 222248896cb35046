# Grouped-query self-attention of the decoder (Ainslie et al. 2023).

# x [R, hidden] -> queries [R, heads, d], keys and values [R, keyValueHeads, d].
def project(x: Tensor, p: __torch__.weights.DecoderLayer) -> Tuple[Tensor, Tensor, Tensor]:
  d = __torch__.config.head_dim()
  return (__torch__.linear.apply(x, p.q).unflatten(-1, [-1, d]), __torch__.linear.apply(x, p.k).unflatten(-1, [-1, d]), __torch__.linear.apply(x, p.v).unflatten(-1, [-1, d]))

# Queries and keys normalised, where the architecture does, and turned.
def turned(q: Tensor, k: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor]:
  return (__torch__.rotary.rotate(__torch__.head_norm.apply(q, p.q_norm), cos, sin), __torch__.rotary.rotate(__torch__.head_norm.apply(k, p.k_norm), cos, sin))

# x [R, n, d] -> [B, T, n, d], each sequence with its own copy of the tokens it shares. The gradient of
# the `embedding` operator adds in a fixed order.
def in_sequences(x: Tensor, b: __torch__.batch.Batch) -> Tensor:
  rows = x.flatten(1)
  if b.attended.numel() == 0:
    sequences = rows.view([b.places.size(0), b.places.size(1), -1])
  else:
    sequences = torch.embedding(rows, b.places)
  return sequences.unflatten(-1, [x.size(1), x.size(2)])

# x [B, T, n] -> [R, n]. What attends to a shared token from its own place is the same in each sequence.
def of_fed(x: Tensor, b: __torch__.batch.Batch) -> Tensor:
  rows = x.flatten(0, 1)
  if b.attended.numel() > 0:
    rows = torch.embedding(rows, b.attended)
  return rows

# Queries, keys and values, each as in_sequences gives it.
def all_in_sequences(q: Tensor, k: Tensor, v: Tensor, b: __torch__.batch.Batch) -> Tuple[Tensor, Tensor, Tensor]:
  if b.attended.numel() == 0:
    found = (__torch__.attention.in_sequences(q, b), __torch__.attention.in_sequences(k, b), __torch__.attention.in_sequences(v, b))
  else:
    together = __torch__.attention.in_sequences(torch.cat([q, k, v], 1), b)
    queries, keys, values, = torch.split_with_sizes(together, [q.size(1), k.size(1), v.size(1)], 2)
    found = (queries, keys, values)
  return found

# Keys or values [B, T, keyValueHeads, d] -> [B, heads, T, d], each shared by its group of queries.
# (The fused attention on a CPU takes no grouped heads.)
def for_each_query(x: Tensor) -> Tensor:
  group = __torch__.config.heads() // __torch__.config.key_value_heads()
  if group > 1:
    x = x.unsqueeze(3).expand([-1, -1, -1, group, -1]).flatten(2, 3)
  return x.transpose(1, 2)

# On a CPU attention is computed in float32 whatever the type: in bfloat16 it depends on what the processor
# can, and fails where libtorch is held to less than that (ATEN_CPU_CAPABILITY).
def computed(x: Tensor) -> Tensor:
  found = x
  if not x.is_cuda:
    found = torch.to(x, 6)
  return found

# Padding is on the right, so the causal mask alone keeps real tokens from seeing it. -> [B, T, heads * d],
# and what the way back wants on a CPU: the logarithm of each query's sum of exponentials.
def attend(q: Tensor, k: Tensor, v: Tensor) -> Tuple[Tensor, Tensor]:
  queries = __torch__.attention.computed(q).transpose(1, 2)
  keys = __torch__.attention.for_each_query(__torch__.attention.computed(k))
  values = __torch__.attention.for_each_query(__torch__.attention.computed(v))
  if q.is_cuda:
    attended = torch.scaled_dot_product_attention(queries, keys, values, None, 0., True)
    log_sums = torch.empty([0], dtype=6, device=q.device)
  else:
    attended, log_sums, = torch._scaled_dot_product_flash_attention_for_cpu(queries, keys, values, 0., True)
  return (torch.to(attended.transpose(1, 2).flatten(2), q.dtype), log_sums)

# q, k and v as project gives them -> as attend.
def causal(q: Tensor, k: Tensor, v: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor, b: __torch__.batch.Batch) -> Tuple[Tensor, Tensor]:
  turned_q, turned_k, = __torch__.attention.turned(q, k, p, cos, sin)
  queries, keys, values, = __torch__.attention.all_in_sequences(turned_q, turned_k, v, b)
  return __torch__.attention.attend(queries, keys, values)
