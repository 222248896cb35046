# The critic's head: one number a state, in float32.
def values(states: Tensor, w: List[Tensor]) -> Tensor:
  return torch.linear(torch.to(states, 6), __torch__.weights.ends(w, 0).head).squeeze(1)

# Gradient with respect to the states, [N, hidden]; the head's is added to its buffer.
def backward(states: Tensor, d_values: Tensor, gradients: List[Tensor], w: List[Tensor]) -> Tensor:
  d = d_values.unsqueeze(1)
  __torch__.linear.add_product(__torch__.weights.ends(gradients, 0).head, d, torch.to(states, 6))
  return torch.to(torch.mm(d, __torch__.weights.ends(w, 0).head), states.dtype)
