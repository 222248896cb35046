# Grouped-query self-attention of the decoder (Ainslie et al. 2023).

# x [B, T, hidden] -> q [B, T, heads, d] and k, v [B, T, keyValueHeads, d], q and k turned.
def project(x: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  d = __torch__.config.head_dim()
  q = torch.unflatten(torch.linear(x, p.q, p.q_bias), -1, [-1, d])
  k = torch.unflatten(torch.linear(x, p.k, p.k_bias), -1, [-1, d])
  v = torch.unflatten(torch.linear(x, p.v, p.v_bias), -1, [-1, d])
  return (__torch__.rotary.rotate(q, cos, sin), __torch__.rotary.rotate(k, cos, sin), v)

# Padding is on the right, so the causal mask alone keeps real tokens from seeing it. [B, T, heads * d]
def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  grouped = __torch__.config.heads() != __torch__.config.key_value_heads()
  attended = torch.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), None, 0., True, scale=None, enable_gqa=grouped)
  return attended.transpose(1, 2).flatten(2)

def causal(x: Tensor, p: __torch__.weights.DecoderLayer, cos: Tensor, sin: Tensor) -> Tensor:
  q, k, v, = __torch__.attention.project(x, p, cos, sin)
  return torch.linear(__torch__.attention.attend(q, k, v), p.o, p.o_bias)
