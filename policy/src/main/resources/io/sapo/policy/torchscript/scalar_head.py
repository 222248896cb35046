# The critic's head: one number a state.
def values(states: Tensor, w: List[Tensor]) -> Tensor:
  return torch.linear(states, __torch__.weights.head(w)).squeeze(1)
