# What Java gives a method lies in the host's memory, where numbers and flags are read without waiting for
# a device. On its way to one it waits for nothing queued there, as a copy that blocks would: the work of
# another thread may be queued for seconds. CUDA has read memory that is not pinned before it returns.

def to(x: Tensor, device: Device) -> Tensor:
  return torch.to(x, device=device, non_blocking=True)

# Numbers of the configuration on a device.
def floats(values: List[float], device: Device) -> Tensor:
  return __torch__.host.to(torch.tensor(values, dtype=6), device)

def ints(values: List[int], device: Device) -> Tensor:
  return __torch__.host.to(torch.tensor(values, dtype=4), device)
