# The critic's head: one number a state, in float32.
def values(states: Tensor, w: List[Tensor]) -> Tensor:
  ends = __torch__.weights.ends(w, 0)
  return torch.linear(torch.to(states, 6), ends.head, ends.head_bias).squeeze(1)

# Gradient with respect to the states, [N, hidden]; the head's is added to its buffer.
def backward(states: Tensor, d_values: Tensor, gradients: List[Tensor], w: List[Tensor]) -> Tensor:
  d = d_values.unsqueeze(1)
  of_bias = __torch__.weights.ends(gradients, 0).head_bias
  if of_bias is not None:
    of_bias.add_(d.sum([0]))
  __torch__.linear.add_product(__torch__.weights.ends(gradients, 0).head, d, torch.to(states, 6))
  return torch.to(torch.mm(d, __torch__.weights.ends(w, 0).head), states.dtype)
