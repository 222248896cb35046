# AdamW (Loshchilov and Hutter 2019) on all parameters at once; settings as for Training.step. To be
# called without recording gradients.
def adamw(settings: Tensor, steps: Tensor, trained: List[Tensor], gradients: List[Tensor], first_moments: List[Tensor], second_moments: List[Tensor]) -> None:
  steps.add_(1)
  all_steps : List[Tensor] = []
  for i in range(len(trained)):
    all_steps.append(steps)
  torch._fused_adamw_(trained, gradients, first_moments, second_moments, annotate(List[Tensor], []), all_steps, lr=float(settings[0]), beta1=float(settings[1]), beta2=float(settings[2]), weight_decay=float(settings[3]), eps=float(settings[4]), amsgrad=False, maximize=False)
