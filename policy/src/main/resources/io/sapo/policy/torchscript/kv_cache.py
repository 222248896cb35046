# Keys and values of the tokens fed so far, one tensor [slots, keyValueHeads, capacity, d] a layer.
# What lies behind a row's length is stale but finite; attention masks it. bfloat16 caches (of a GPU, see
# attention.computed) are float16 tensors of the same bits (see linear.stored): what is written is repacked,
# what is read taken for what it is.

def packed(x: Tensor, cache: Tensor) -> Tensor:
  if cache.dtype == 5:
    found = torch.set_(torch.empty([0], dtype=5, device=x.device), x.contiguous())
  else:
    found = torch.to(x, cache.dtype)
  return found

# Puts k [U, T, keyValueHeads, d] at the start of the slots' rows; slot i takes row source[i].
def fill(cache: Tensor, k: Tensor, slots: Tensor, source: Tensor) -> None:
  start = cache.narrow(2, 0, k.size(1))
  start.index_copy_(0, slots, __torch__.kv_cache.packed(k.transpose(1, 2).index_select(0, source), cache))

# Rows of cache.flatten(0, 2) where one token a slot goes, [A * keyValueHeads].
def places(cache: Tensor, lengths: Tensor) -> Tensor:
  count = lengths.size(0) * cache.size(1)
  heads = torch.arange(count, dtype=4, device=lengths.device).view([-1, cache.size(1)])
  return (heads * cache.size(2) + lengths.unsqueeze(1)).flatten()

# Writes k [A, 1, keyValueHeads, d], one token for each of the first A slots.
def append(cache: Tensor, k: Tensor, places: Tensor) -> None:
  rows = cache.view([-1, cache.size(3)])
  torch.index_put_(rows, annotate(List[Optional[Tensor]], [places]), __torch__.kv_cache.packed(k.reshape([-1, cache.size(3)]), cache))

# Copies the first `extent` places of some slots over others.
def move(cache: Tensor, origin: Tensor, target: Tensor, extent: int) -> None:
  start = cache.narrow(2, 0, extent)
  start.index_copy_(0, target, start.index_select(0, origin))

# Some neighbouring slots up to the given length, [rows, keyValueHeads, length, d]; a view.
def visible(cache: Tensor, begin: int, rows: int, length: int) -> Tensor:
  return __torch__.linear.stored(cache.narrow(0, begin, rows).narrow(2, 0, length))
