# Some neighbouring elements of a tensor of any size, counted row by row; place [2]: first element and
# number of elements; w holds the tensor.
class TensorWindows(Module):
  __parameters__ = []
  __buffers__ = []

  # A view where w lies in the processor's memory, else a copy there.
  def read(self: __torch__.tensor_windows.TensorWindows, place: Tensor, w: List[Tensor]) -> Tensor:
    return torch.to(w[0].detach().view([-1]).narrow(0, int(place[0]), int(place[1])), torch.device("cpu"))

  # The same in another type; place [3]: first element, number, type. What is bfloat16 lies in a tensor
  # that says float16, see linear.stored.
  def read_as(self: __torch__.tensor_windows.TensorWindows, place: Tensor, w: List[Tensor]) -> Tensor:
    part = w[0].detach().view([-1]).narrow(0, int(place[0]), int(place[1]))
    if part.dtype == 5:
      part = torch.set_(torch.empty([0], dtype=15, device=part.device), part)
    part = torch.to(part, int(place[2]))
    if part.dtype == 15:
      part = torch.set_(torch.empty([0], dtype=5, device=part.device), part)
    return torch.to(part, torch.device("cpu"))

  def write(self: __torch__.tensor_windows.TensorWindows, place: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    w[0].detach().view([-1]).narrow(0, int(place[0]), int(place[1])).copy_(values)
    return place

  # places [N] int64 of single elements, which take values [N].
  def scatter(self: __torch__.tensor_windows.TensorWindows, places: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    w[0].detach().view([-1]).index_copy_(0, __torch__.host.to(places, w[0].device), __torch__.host.to(values, w[0].device))
    return places
