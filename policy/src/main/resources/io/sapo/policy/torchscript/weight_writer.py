# Changes weights in place.
class WeightWriter(Module):
  __parameters__ = []
  __buffers__ = []

  # places [N] int32 of w's elements, counted row by row, take values [N].
  def scatter(self: __torch__.weight_writer.WeightWriter, places: Tensor, values: Tensor, w: Tensor) -> Tensor:
    w.view([-1]).index_copy_(0, torch.to(places, 4), values)
    return values

  def replace(self: __torch__.weight_writer.WeightWriter, values: Tensor, w: Tensor) -> Tensor:
    w.view([-1]).copy_(values)
    return values
