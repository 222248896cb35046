package io.sapo.policy.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorDigest;
import io.sapo.policy.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The weights of one network over a {@link BaseModel}: its own tensors, which are what is trained,
 * hashed and published, float32 and in a canonical order; and those of the base. Owner of its own
 * tensors' native memory: whoever makes one closes it, before the base. Reading from several
 * threads is safe as long as nobody trains these weights.
 */
public final class Weights implements AutoCloseable {
  private static final String LIST_NAME = "w[]";

  private final BaseModel base;
  private final Head head;
  private final boolean adapted;
  private final NDManager manager;
  private final Map<String, NativeTensor> own = new LinkedHashMap<>();
  private final NDList arguments = new NDList();

  /**
   * @param adapted whether adapters are among the weights, where the base has any
   * @param fill gives each own tensor, zero so far, its values
   */
  private Weights(BaseModel base, Head head, boolean adapted, Consumer<NativeTensor> fill) {
    this.base = base;
    this.head = head;
    this.adapted = adapted;
    this.manager = NDManager.newBaseManager(base.device(), "PyTorch");
    try {
      NDArray absent = named(NativeArrays.absent(manager));
      for (Slot slot : base.layout(head).slots()) {
        boolean present = slot.present() && (adapted || !slot.adapter());
        NDArray array = present ? array(slot, fill) : null;
        arguments.add(array == null ? absent : array);
      }
      if (adapted && base.adapters().isPresent()) {
        float scale = (float) base.adapters().get().scale();
        arguments.set(WeightLayout.ADAPTER_SCALE, named(manager.create(scale)));
      }
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  private NDArray array(Slot slot, Consumer<NativeTensor> fill) {
    TensorSpec spec = slot.tensor();
    if (!base.owns(slot)) {
      NativeTensor frozen = base.frozen(spec.name());
      return frozen == null ? null : named(frozen.array());
    }
    return own.computeIfAbsent(
            spec.name(),
            name -> {
              NativeTensor tensor = NativeTensor.zeros(manager, spec, ElementType.F32);
              named(tensor.array());
              fill.accept(tensor);
              return tensor;
            })
        .array();
  }

  private static NDArray named(NDArray array) {
    array.setName(LIST_NAME);
    return array;
  }

  /** Own tensors of zeros, to be written. */
  public static Weights zeros(BaseModel base, Head head) {
    return new Weights(base, head, true, tensor -> {});
  }

  /** Own tensors copied from {@code values}, which gives each by name and shape. */
  public static Weights of(BaseModel base, Head head, Function<TensorSpec, TensorData> values) {
    return new Weights(
        base, head, true, tensor -> TensorCopy.copy(values.apply(tensor.spec()), tensor));
  }

  /** Reads a checkpoint folder's weights, to be trained whole. */
  public static Weights read(CheckpointFolder folder, Head head, Device device) {
    try (SafetensorsReader reader = folder.openWeights()) {
      StoredWeights.check(reader, folder.config());
      return read(reader, folder.config(), head, device);
    }
  }

  /**
   * Reads a network's weights, to be trained whole, by any of the names of {@link StoredNames};
   * other tensors are left alone.
   *
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException naming the file and a tensor that
   *     is missing or has another shape than the configuration asks for
   */
  public static Weights read(
      SafetensorsReader reader, ModelConfig config, Head head, Device device) {
    return read(reader, BaseModel.trainedWhole(config, device), head);
  }

  /** Reads the own tensors of weights over a base. */
  public static Weights read(SafetensorsReader reader, BaseModel base, Head head) {
    return of(base, head, spec -> StoredNames.find(reader, spec, base.config()));
  }

  /** Weights from values in memory; {@code tensors} must hold every name, in any order. */
  public static Weights of(
      ModelConfig config, Head head, List<NamedTensor> tensors, Device device) {
    Map<String, NamedTensor> byName =
        tensors.stream()
            .collect(Collectors.toMap(NamedTensor::name, tensor -> tensor, (first, next) -> next));
    return of(
        BaseModel.trainedWhole(config, device),
        head,
        spec -> {
          NamedTensor tensor = byName.get(spec.name());
          if (tensor == null || !tensor.spec().equals(spec)) {
            throw new IllegalArgumentException(
                "Weights need tensor %s, got %s"
                    .formatted(spec, tensor == null ? "none" : tensor.spec()));
          }
          return tensor;
        });
  }

  /**
   * Fresh weights: of a model trained whole as Hugging Face initialises them, normal with {@code
   * initializer_range}, biases zero, norms one; of adapters as PEFT does, A Kaiming-uniform, B
   * zero. A scalar head starts at zero.
   */
  public static Weights random(BaseModel base, Head head, long seed) {
    InitialValues values = new InitialValues(base.config(), seed);
    return new Weights(base, head, true, values::fill);
  }

  /** As {@link #random(BaseModel, Head, long)}, of a model trained whole. */
  public static Weights random(ModelConfig config, Head head, long seed, Device device) {
    return random(BaseModel.trainedWhole(config, device), head, seed);
  }

  /** A critic with the actor's body, adapters included, and a head of zeros. */
  public static Weights criticFrom(Weights actor) {
    return new Weights(
        actor.base,
        Head.SCALAR,
        true,
        tensor -> {
          if (!tensor.spec().name().equals(WeightLayout.SCALAR_HEAD)) {
            TensorCopy.copy(actor.tensor(tensor.spec().name()), tensor);
          }
        });
  }

  /**
   * The policy that KL terms look at, given the one training starts with: a copy of it, or, of
   * fresh adapters, the base alone, which is the same policy and costs nothing.
   */
  public static Weights referenceFrom(Weights initial) {
    return initial.isBase() ? ofBase(initial.base) : initial.copy();
  }

  /** Whether these are adapters that add nothing to their base: every B is zero. */
  private boolean isBase() {
    return base.adapters().isPresent()
        && own.values().stream()
            .filter(tensor -> tensor.spec().name().endsWith("lora_B.weight"))
            .allMatch(Weights::isZero);
  }

  private static boolean isZero(NativeTensor tensor) {
    try (NDArray different = tensor.array().neq(0);
        NDArray any = different.any()) {
      return !any.getBoolean();
    }
  }

  /** The base without adapters. */
  public static Weights ofBase(BaseModel base) {
    return new Weights(base, Head.LANGUAGE_MODEL, false, tensor -> {});
  }

  /** An independent copy on the same device, over the same base. */
  public Weights copy() {
    return new Weights(
        base, head, adapted, tensor -> TensorCopy.copy(tensor(tensor.spec().name()), tensor));
  }

  public BaseModel base() {
    return base;
  }

  public ModelConfig config() {
    return base.config();
  }

  public Head head() {
    return head;
  }

  public Device device() {
    return base.device();
  }

  /** The own tensors in canonical order; they stay the property of this object. */
  public Collection<NativeTensor> tensors() {
    return Collections.unmodifiableCollection(own.values());
  }

  /** Names and shapes of the own tensors in canonical order. */
  public List<TensorSpec> specs() {
    return own.values().stream().map(NativeTensor::spec).toList();
  }

  /** Copies of all own tensors on the heap, in canonical order; for small models, and tests. */
  public List<NamedTensor> toTensors() {
    return own.values().stream()
        .map(tensor -> new NamedTensor(tensor.spec(), TensorCopy.floats(tensor)))
        .toList();
  }

  /** Digest of the own tensors, see {@link TensorDigest}. */
  public String sha256() {
    return TensorDigest.sha256(own.values());
  }

  /**
   * The own native tensors by name in canonical order. They stay the property of this object; to be
   * written to only by the one thread that trains these weights.
   */
  public Map<String, NDArray> arrays() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    own.forEach((name, tensor) -> arrays.put(name, tensor.array()));
    return Collections.unmodifiableMap(arrays);
  }

  /**
   * The own native tensors by the order in which a forward pass needs them, see {@link
   * WeightLayout#stages}; a tensor used twice stands where it is needed first.
   */
  public List<Map<String, NDArray>> stages() {
    Map<String, NativeTensor> left = new LinkedHashMap<>(own);
    List<Map<String, NDArray>> stages = new ArrayList<>();
    for (List<Slot> slots : base.layout(head).stages()) {
      Map<String, NDArray> stage = new LinkedHashMap<>();
      for (Slot slot : slots) {
        NativeTensor tensor = slot.present() ? left.remove(slot.tensor().name()) : null;
        if (tensor != null) {
          stage.put(slot.tensor().name(), tensor.array());
        }
      }
      stages.add(stage);
    }
    return stages;
  }

  /** The list that TorchScript methods take as weights; see {@link WeightLayout}. */
  public NDList arguments() {
    return arguments;
  }

  /**
   * @throws IllegalArgumentException where there is no own tensor of that name
   */
  public NativeTensor tensor(String name) {
    NativeTensor tensor = own.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("There is no weight '" + name + "'");
    }
    return tensor;
  }

  @Override
  public void close() {
    manager.close();
  }
}
