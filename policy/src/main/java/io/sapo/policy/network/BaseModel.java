package io.sapo.policy.network;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.policy.tensor.TensorDigest;
import io.sapo.policy.tensor.TensorSpec;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What all weights of a run stand on. Either everything is trained, and this is only configuration
 * and device; or low-rank adapters are, over one frozen copy of a checkpoint that actor, critic,
 * reference and generator share, in the checkpoint's own element type.
 *
 * <p>Owns the frozen tensors: to be closed after all {@link Weights} made over it. Thread-safe.
 */
public final class BaseModel implements AutoCloseable {
  private final ModelConfig config;
  private final Device device;
  private final AdapterConfig adapters;
  private final NDManager manager;
  private final Map<String, NativeTensor> frozen = new LinkedHashMap<>();
  private final Map<String, String> storedNames = new LinkedHashMap<>();
  private String sha256;

  private BaseModel(ModelConfig config, Device device, AdapterConfig adapters) {
    this.config = config;
    this.device = device;
    this.adapters = adapters;
    this.manager = adapters == null ? null : NDManager.newBaseManager(device, "PyTorch");
  }

  /** Every weight is trained. Holds nothing that needs closing. */
  public static BaseModel trainedWhole(ModelConfig config, Device device) {
    return new BaseModel(config, device, null);
  }

  /**
   * Loads a checkpoint's weights, which will never change; adapters over them are trained. The
   * elements stay in the type they are stored in, float16 excepted, which becomes float32.
   *
   * @param config of the folder, possibly computed in another type
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException naming the file and a tensor that
   *     is missing or has another shape than the configuration asks for
   */
  public static BaseModel adapted(
      CheckpointFolder folder, ModelConfig config, AdapterConfig adapters, Device device) {
    BaseModel base = new BaseModel(config, device, adapters);
    try (SafetensorsReader reader = folder.openWeights()) {
      StoredWeights.check(reader, config);
      for (Slot slot : base.layout(Head.LANGUAGE_MODEL).slots()) {
        if (slot.present() && !slot.adapter()) {
          base.frozen.computeIfAbsent(
              slot.tensor().name(), name -> base.load(reader, slot.tensor()));
        }
      }
      return base;
    } catch (RuntimeException e) {
      base.close();
      throw e;
    }
  }

  /** As {@link #adapted}, without frozen weights: nothing can be computed over it. */
  public static BaseModel withoutWeights(
      ModelConfig config, AdapterConfig adapters, Device device) {
    return new BaseModel(config, device, adapters);
  }

  private NativeTensor load(SafetensorsReader reader, TensorSpec spec) {
    var stored = StoredNames.find(reader, spec, config);
    ElementType type = stored.type() == ElementType.BF16 ? ElementType.BF16 : ElementType.F32;
    NativeTensor tensor = NativeTensor.zeros(manager, spec, type);
    TensorCopy.copy(stored, tensor);
    storedNames.put(
        spec.name(), StoredNames.whole(stored.spec().name(), spec.name(), config.architecture()));
    return tensor;
  }

  public ModelConfig config() {
    return config;
  }

  public Device device() {
    return device;
  }

  /** Empty where every weight is trained. */
  public Optional<AdapterConfig> adapters() {
    return Optional.ofNullable(adapters);
  }

  WeightLayout layout(Head head) {
    return WeightLayout.of(config, head, adapters);
  }

  /** Whether a tensor belongs to the weights made over this base, not to the base. */
  boolean owns(Slot slot) {
    return adapters == null
        || slot.adapter()
        || slot.tensor().name().equals(WeightLayout.SCALAR_HEAD)
        || slot.tensor().name().equals(WeightLayout.SCALAR_HEAD_BIAS);
  }

  /** Names and shapes of what is trained, hashed and published, in canonical order. */
  public List<TensorSpec> trained(Head head) {
    return layout(head).slots().stream()
        .filter(slot -> slot.present() && owns(slot))
        .map(Slot::tensor)
        .distinct()
        .toList();
  }

  /** A frozen tensor; null where this is without weights. */
  NativeTensor frozen(String name) {
    return frozen.get(name);
  }

  /** The frozen tensors in canonical order; none where every weight is trained. */
  public Collection<NativeTensor> frozenTensors() {
    return Collections.unmodifiableCollection(frozen.values());
  }

  /** What a frozen tensor is called in the checkpoint, or would be in one of the whole model. */
  public String storedName(String name) {
    return storedNames.get(name);
  }

  /** Digest of the frozen tensors, made once; empty text where every weight is trained. */
  public synchronized String sha256() {
    if (sha256 == null) {
      sha256 = adapters == null ? "" : TensorDigest.sha256(frozen.values());
    }
    return sha256;
  }

  @Override
  public void close() {
    if (manager != null) {
      manager.close();
    }
  }
}
