package io.sapo.policy.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.script.ScriptModule;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.Renamed;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The model that adapters make of their base: W + s · B A, as tensors of a checkpoint under the
 * base's own names. One merged tensor is in memory at a time. Not thread-safe.
 */
public final class MergedModel implements AutoCloseable {
  private static final String LIST_NAME = "merging[]";

  private final BaseModel base;
  private final ScriptModule script;
  private final Map<String, NativeTensor> own = new HashMap<>();

  /**
   * @param weights over a base with adapters; stay the caller's
   */
  public MergedModel(Weights weights) {
    this.base = weights.base();
    this.script = ScriptModule.load("merging", "Merging", base.config(), base.device());
    weights.tensors().forEach(tensor -> own.put(tensor.spec().name(), tensor));
  }

  /** All tensors in canonical order; float32 where merged, else as the base has them. */
  public List<TensorData> tensors() {
    return base.frozenTensors().stream().map(this::tensor).toList();
  }

  private TensorData tensor(NativeTensor frozen) {
    String name = frozen.spec().name();
    TensorSpec stored = new TensorSpec(base.storedName(name), frozen.spec().shape());
    String module = name.endsWith(".weight") ? name.substring(0, name.lastIndexOf('.')) : name;
    NativeTensor a = own.get(module + ".lora_A.weight");
    NativeTensor b = own.get(module + ".lora_B.weight");
    return a == null ? new Renamed(stored, frozen) : new Merged(stored, frozen, a, b);
  }

  private final class Merged implements TensorData {
    private final TensorSpec spec;
    private final List<NativeTensor> parts;

    Merged(TensorSpec spec, NativeTensor... parts) {
      this.spec = spec;
      this.parts = List.of(parts);
    }

    @Override
    public TensorSpec spec() {
      return spec;
    }

    @Override
    public ElementType type() {
      return ElementType.F32;
    }

    @Override
    public void read(long begin, int length, Consumer<ByteBuffer> reader) {
      merged(tensor -> tensor.read(begin, length, reader));
    }

    @Override
    public void forEachWindow(Consumer<ByteBuffer> reader) {
      merged(tensor -> tensor.forEachWindow(reader));
    }

    private void merged(Consumer<NativeTensor> use) {
      try (NDManager call = script.newManager()) {
        NDList arguments = new NDList();
        for (NativeTensor part : parts) {
          NDArray alias = part.array().stopGradient();
          alias.attach(call);
          alias.setName(LIST_NAME);
          arguments.add(alias);
        }
        double scale = base.adapters().orElseThrow().scale();
        NDArray factor = call.create((float) scale);
        factor.setName(LIST_NAME);
        arguments.add(factor);
        NDArray result = script.call(call, "merge", arguments).singletonOrThrow();
        use.accept(NativeTensor.of(spec.name(), result));
      }
    }
  }

  @Override
  public void close() {
    script.close();
  }
}
