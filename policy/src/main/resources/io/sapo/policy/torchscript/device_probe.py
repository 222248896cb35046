# What shows how fast a device is. Each method gives one number made last, so that the device has
# finished when it is read; count [] says how often the work is done.
class DeviceProbe(Module):
  __parameters__ = []
  __buffers__ = []

  # x [n, n] float32, multiplied in the type whose number `type` [] holds (6 float32, 15 bfloat16).
  def multiply(self: __torch__.device_probe.DeviceProbe, count: Tensor, type: Tensor, x: Tensor) -> Tensor:
    a = torch.to(x, int(type))
    product = a
    for i in range(int(count)):
      product = torch.mm(a, a)
    return torch.to(product[0][0], 6)

  def copy(self: __torch__.device_probe.DeviceProbe, count: Tensor, source: Tensor, target: Tensor) -> Tensor:
    for i in range(int(count)):
      target.copy_(source)
    return target[-1]

  # Takes values from the host to the device of `target`; the last of them, so that all have arrived when it
  # is read.
  def upload(self: __torch__.device_probe.DeviceProbe, values: Tensor, target: Tensor) -> Tensor:
    return target.copy_(values)[-1]
