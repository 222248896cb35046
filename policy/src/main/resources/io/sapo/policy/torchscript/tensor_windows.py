# Some neighbouring elements of a tensor of any size, counted row by row; place [2]: first element and
# number of elements; w holds the tensor.
class TensorWindows(Module):
  __parameters__ = []
  __buffers__ = []

  # A view where w lies in the processor's memory, else a copy there.
  def read(self: __torch__.tensor_windows.TensorWindows, place: Tensor, w: List[Tensor]) -> Tensor:
    return torch.to(w[0].detach().view([-1]).narrow(0, int(place[0]), int(place[1])), torch.device("cpu"))

  def write(self: __torch__.tensor_windows.TensorWindows, place: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    w[0].detach().view([-1]).narrow(0, int(place[0]), int(place[1])).copy_(values)
    return place

  # places [N] int64 of single elements, which take values [N].
  def scatter(self: __torch__.tensor_windows.TensorWindows, places: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    w[0].detach().view([-1]).index_copy_(0, places, values)
    return places
