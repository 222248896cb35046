# Grouped-query self-attention of the decoder (Ainslie et al. 2023).

# x [B, T, hidden] -> q [B, T, heads, d] and k, v [B, T, keyValueHeads, d], q and k turned.
def project(x: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  d = __torch__.config.head_dim()
  q = __torch__.head_norm.apply(__torch__.linear.apply(x, p.q).unflatten(-1, [-1, d]), p.q_norm)
  k = __torch__.head_norm.apply(__torch__.linear.apply(x, p.k).unflatten(-1, [-1, d]), p.k_norm)
  v = __torch__.linear.apply(x, p.v).unflatten(-1, [-1, d])
  return (__torch__.rotary.rotate(q, cos, sin), __torch__.rotary.rotate(k, cos, sin), v)

# Keys or values [B, T, keyValueHeads, d] -> [B, heads, T, d], each shared by its group of queries.
# (The fused attention on a CPU takes no grouped heads.)
def for_each_query(x: Tensor) -> Tensor:
  group = __torch__.config.heads() // __torch__.config.key_value_heads()
  if group > 1:
    x = x.unsqueeze(3).expand([-1, -1, -1, group, -1]).flatten(2, 3)
  return x.transpose(1, 2)

# Padding is on the right, so the causal mask alone keeps real tokens from seeing it. [B, T, heads * d]
def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  attended = torch.scaled_dot_product_attention(q.transpose(1, 2), __torch__.attention.for_each_query(k), __torch__.attention.for_each_query(v), None, 0., True)
  return attended.transpose(1, 2).flatten(2)

def causal(x: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor) -> Tensor:
  q, k, v, = __torch__.attention.project(x, p, cos, sin)
  return __torch__.linear.apply(__torch__.attention.attend(q, k, v), p.o)
