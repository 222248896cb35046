# AdamW (Loshchilov and Hutter 2019) on all parameters at once.
def adamw(settings: Tensor, steps: Tensor, trained: List[Tensor], gradients: List[Tensor], first_moments: List[Tensor], second_moments: List[Tensor]) -> None:
  s = annotate(List[float], torch.tolist(settings))
  torch.add_(steps, 1)
  parameters : List[Tensor] = []
  all_steps : List[Tensor] = []
  for i in range(torch.len(trained)):
    parameters = torch.append(parameters, torch.detach(trained[i]))
    all_steps = torch.append(all_steps, steps)
  torch._fused_adamw_(parameters, gradients, first_moments, second_moments, annotate(List[Tensor], []), all_steps, lr=s[0], beta1=s[1], beta2=s[2], weight_decay=s[3], eps=s[4], amsgrad=False, maximize=False)
