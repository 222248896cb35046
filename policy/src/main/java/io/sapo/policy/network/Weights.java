package io.sapo.policy.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.checkpoint.TensorSpec;
import io.sapo.policy.script.NativeArrays;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * The float32 weights of one network, named as Hugging Face names them and kept in a canonical
 * order. Owner of its native memory: whoever makes one closes it. Reading from several threads is
 * safe as long as nobody trains these weights.
 */
public final class Weights implements AutoCloseable {
  private static final String LIST_NAME = "w[]";

  private final ModelConfig config;
  private final Head head;
  private final NDManager manager;
  private final Map<String, NDArray> arrays = new LinkedHashMap<>();
  private final NDList arguments = new NDList();

  private Weights(
      ModelConfig config, Head head, Device device, Function<TensorSpec, float[]> values) {
    this.config = config;
    this.head = head;
    this.manager = NDManager.newBaseManager(device, "PyTorch");
    try {
      NDArray absent = named(NativeArrays.absent(manager));
      for (TensorSpec slot : WeightLayout.slots(config, head)) {
        arguments.add(
            slot == null
                ? absent
                : arrays.computeIfAbsent(slot.name(), name -> create(slot, values)));
      }
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  private NDArray create(TensorSpec spec, Function<TensorSpec, float[]> values) {
    float[] content = values.apply(spec);
    if (content.length != spec.elements()) {
      throw new IllegalArgumentException(spec + " cannot hold " + content.length + " values");
    }
    return named(NativeArrays.floats(manager, content, spec.shape()));
  }

  private static NDArray named(NDArray array) {
    array.setName(LIST_NAME);
    return array;
  }

  /**
   * Reads a checkpoint folder's weights; see {@link #read(SafetensorsReader, ModelConfig, Head,
   * Device)}.
   */
  public static Weights read(CheckpointFolder folder, Head head, Device device) {
    try (SafetensorsReader reader = folder.openWeights()) {
      return read(reader, folder.config(), head, device);
    }
  }

  /**
   * Reads a network's weights. Both the flat names of a Qwen2.5-VL checkpoint ({@code model.…},
   * {@code visual.…}) and the nested ones ({@code model.language_model.…}, {@code model.visual.…})
   * are understood; other tensors are left alone.
   *
   * @throws InvalidCheckpointException naming the file and a tensor that is missing or has another
   *     shape than the configuration asks for
   */
  public static Weights read(
      SafetensorsReader reader, ModelConfig config, Head head, Device device) {
    return new Weights(config, head, device, spec -> read(reader, spec));
  }

  private static float[] read(SafetensorsReader reader, TensorSpec spec) {
    String nested = nestedName(spec.name());
    TensorSpec stored = reader.spec(reader.contains(nested) ? nested : spec.name());
    if (!Arrays.equals(stored.shape(), spec.shape())) {
      throw new InvalidCheckpointException(
          "%s: tensor %s does not fit config.json, which asks for %s"
              .formatted(reader.files(), stored, Arrays.toString(spec.shape())));
    }
    return reader.floats(stored.name());
  }

  private static String nestedName(String name) {
    return name.startsWith("model.")
        ? "model.language_model." + name.substring("model.".length())
        : "model." + name;
  }

  /** Weights from values in memory; {@code tensors} must hold every name, in any order. */
  public static Weights of(
      ModelConfig config, Head head, List<NamedTensor> tensors, Device device) {
    Map<String, NamedTensor> byName = new LinkedHashMap<>();
    tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    return new Weights(
        config,
        head,
        device,
        spec -> {
          NamedTensor tensor = byName.get(spec.name());
          if (tensor == null || !tensor.spec().equals(spec)) {
            throw new IllegalArgumentException(
                "Weights need tensor %s, got %s"
                    .formatted(spec, tensor == null ? "none" : tensor.spec()));
          }
          return tensor.values();
        });
  }

  /**
   * Fresh weights as Hugging Face initialises them: normal with {@code initializer_range}, biases
   * zero, norms one. A scalar head starts at zero.
   */
  public static Weights random(ModelConfig config, Head head, long seed, Device device) {
    Random random = new Random(seed);
    return new Weights(config, head, device, spec -> initial(spec, config, random));
  }

  private static float[] initial(TensorSpec spec, ModelConfig config, Random random) {
    float[] values = new float[Math.toIntExact(spec.elements())];
    boolean norm = spec.shape().length == 1 && spec.name().endsWith("weight");
    boolean zero = spec.name().endsWith("bias") || spec.name().equals(WeightLayout.SCALAR_HEAD);
    for (int i = 0; i < values.length && !zero; i++) {
      values[i] = norm ? 1 : (float) (random.nextGaussian() * config.initializerRange());
    }
    return values;
  }

  /** A critic with the actor's body and a head of zeros. */
  public static Weights criticFrom(Weights actor) {
    return new Weights(
        actor.config,
        Head.SCALAR,
        actor.device(),
        spec ->
            spec.name().equals(WeightLayout.SCALAR_HEAD)
                ? new float[Math.toIntExact(spec.elements())]
                : actor.array(spec.name()).toFloatArray());
  }

  /** An independent copy on the same device. */
  public Weights copy() {
    return new Weights(config, head, device(), spec -> array(spec.name()).toFloatArray());
  }

  public ModelConfig config() {
    return config;
  }

  public Head head() {
    return head;
  }

  public Device device() {
    return manager.getDevice();
  }

  /** Names and shapes in canonical order. */
  public List<TensorSpec> specs() {
    return arrays.entrySet().stream()
        .map(e -> new TensorSpec(e.getKey(), e.getValue().getShape().getShape()))
        .toList();
  }

  /** Copies of all tensors on the heap, in canonical order. */
  public List<NamedTensor> toTensors() {
    return specs().stream().map(spec -> new NamedTensor(spec, values(spec.name()))).toList();
  }

  /** A copy of one tensor's values, row-major. */
  public float[] values(String name) {
    return array(name).toFloatArray();
  }

  /** Lowercase hexadecimal SHA-256 over name, shape and little-endian values in canonical order. */
  public String sha256() {
    return TensorDigest.sha256(arrays);
  }

  /**
   * The native tensors by name in canonical order. They stay the property of this object; to be
   * written to only by the one thread that trains these weights.
   */
  public Map<String, NDArray> arrays() {
    return Collections.unmodifiableMap(arrays);
  }

  /** The list that TorchScript methods take as weights; see {@code weights.py}. */
  public NDList arguments() {
    return arguments;
  }

  NDArray array(String name) {
    NDArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException("There is no weight '" + name + "'");
    }
    return array;
  }

  @Override
  public void close() {
    manager.close();
  }
}
