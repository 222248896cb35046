package io.sapo.policy.script;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorSpec;
import io.sapo.policy.tensor.WritableTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A tensor in libtorch's memory, on whatever device. bfloat16 elements lie in an array that calls
 * them float16, since DJL has no bfloat16; the TorchScript sources know (see {@code linear.py}).
 *
 * <p>Whoever owns the array's manager owns the memory. Reading from several threads is safe while
 * nobody writes.
 */
public final class NativeTensor implements WritableTensor {
  /** Beyond this a direct buffer cannot show all of an array. */
  private static final long DIRECT_BYTES = 1L << 30;

  /** Scripts take tensors in lists. */
  private static final String LIST_NAME = "tensors[]";

  private static final Map<Device, ScriptModule> WINDOWS = new ConcurrentHashMap<>();

  private final TensorSpec spec;
  private final ElementType type;
  private final NDArray array;

  private NativeTensor(TensorSpec spec, ElementType type, NDArray array) {
    this.spec = spec;
    this.type = type;
    this.array = array;
    if (array.getName() == null) {
      array.setName(LIST_NAME);
    }
  }

  /**
   * Zeros.
   *
   * @param manager owner of the memory; its device is where the tensor lies
   * @param type float32 or bfloat16
   */
  public static NativeTensor zeros(NDManager manager, TensorSpec spec, ElementType type) {
    return new NativeTensor(spec, type, manager.zeros(new Shape(spec.shape()), container(type)));
  }

  /** A float32 array under its name. */
  public static NativeTensor of(String name, NDArray array) {
    return new NativeTensor(
        new TensorSpec(name, array.getShape().getShape()), ElementType.F32, array);
  }

  private static DataType container(ElementType type) {
    return switch (type) {
      case F32 -> DataType.FLOAT32;
      case BF16 -> DataType.FLOAT16;
      default -> throw new IllegalArgumentException("tensors are kept as F32 or BF16, not " + type);
    };
  }

  @Override
  public TensorSpec spec() {
    return spec;
  }

  @Override
  public ElementType type() {
    return type;
  }

  /** What TorchScript methods take. */
  public NDArray array() {
    return array;
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    if (direct()) {
      reader.accept(readable(all().slice((int) begin, length)));
      return;
    }
    show("read", new long[] {begin / type.bytes(), length / type.bytes()}, reader);
  }

  /** On the device; a value that is not a number may get other bits than elsewhere. */
  @Override
  public void readAs(ElementType as, long first, int count, Consumer<ByteBuffer> reader) {
    switch (as) {
      case F32 -> show("read_as", new long[] {first, count, 6}, reader);
      case BF16 -> show("read_as", new long[] {first, count, 15}, reader);
      default -> WritableTensor.super.readAs(as, first, count, reader);
    }
  }

  private void show(String method, long[] place, Consumer<ByteBuffer> reader) {
    ScriptModule script = windows();
    try (NDManager call = script.newManager();
        NDManager host = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray asked = NativeArrays.longs(call, place, place.length);
      NDArray window = script.call(call, method, new NDList(asked, array)).singletonOrThrow();
      window.attach(host);
      reader.accept(readable(window.toByteBuffer(true)));
    }
  }

  @Override
  public void write(long begin, ByteBuffer bytes) {
    if (direct()) {
      all().put((int) begin, bytes, bytes.position(), bytes.remaining());
      return;
    }
    ScriptModule script = windows();
    try (NDManager call = script.newManager()) {
      NDArray values =
          NativeArrays.bytes(call, bytes, array.getDataType(), bytes.remaining() / type.bytes());
      script.call(call, "write", new NDList(place(call, begin, bytes.remaining()), values, array));
    }
  }

  @Override
  public void scatter(long[] places, ByteBuffer values) {
    if (direct()) {
      ByteBuffer all = all();
      int size = type.bytes();
      for (int i = 0; i < places.length; i++) {
        all.put((int) (places[i] * size), values, values.position() + i * size, size);
      }
      return;
    }
    ScriptModule script = windows();
    try (NDManager call = script.newManager()) {
      NDArray elements = NativeArrays.bytes(call, values, array.getDataType(), places.length);
      script.call(call, "scatter", new NDList(NativeArrays.longs(call, places), elements, array));
    }
  }

  private static ByteBuffer readable(ByteBuffer bytes) {
    return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private boolean direct() {
    return array.getDevice().equals(Device.cpu()) && bytes() > 0 && bytes() <= DIRECT_BYTES;
  }

  private ByteBuffer all() {
    return array.toByteBuffer(true);
  }

  private NDArray place(NDManager call, long begin, int length) {
    return NativeArrays.longs(call, new long[] {begin / type.bytes(), length / type.bytes()}, 2);
  }

  private ScriptModule windows() {
    return WINDOWS.computeIfAbsent(
        array.getDevice(),
        device -> ScriptModule.load("tensor_windows", "TensorWindows", null, device));
  }
}
