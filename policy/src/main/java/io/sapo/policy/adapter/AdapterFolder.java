package io.sapo.policy.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.JsonSection;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.ScalarHead;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A folder as PEFT saves a LoRA adapter: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}.
 */
public final class AdapterFolder {
  static final String CONFIG = "adapter_config.json";
  static final String WEIGHTS = "adapter_model.safetensors";

  /** Metadata of the tensors' file: the digest of the base, where this project wrote it. */
  static final String BASE_SHA256 = "base_sha256";

  /** Maps that a message names one by one. */
  private static final int SHOWN = 12;

  /** Keys by which PEFT says that more is adapted, or otherwise, than is done here. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "use_dora",
          "use_qalora",
          "use_bdlora",
          "fan_in_fan_out",
          "lora_bias",
          "rank_pattern",
          "alpha_pattern",
          "layer_replication",
          "target_parameters",
          "trainable_token_indices",
          "alora_invocation_tokens",
          "arrow_config",
          "kasa_config",
          "monteclora_config",
          "velora_config");

  /**
   * Beginnings of {@code init_lora_weights} with which PEFT takes the first adapters out of the
   * base weights, each time an adapter is loaded: it fits another base than the checkpoint.
   */
  private static final List<String> CHANGE_THE_BASE =
      List.of("pissa", "olora", "corda", "loftq", "lora_ga");

  /** The heads that PEFT saves for its tasks SEQ_CLS and TOKEN_CLS, whichever the model has. */
  private static final List<String> SCALAR_HEADS = List.of("classifier", "score");

  private final Path path;
  private final JsonSection json;
  private final boolean critic;

  private AdapterFolder(Path path, JsonSection json, boolean critic) {
    this.path = path;
    this.json = json;
    this.critic = critic;
  }

  /** The tensors of such a folder; the caller closes the reader. */
  static SafetensorsReader weights(Path path) {
    return SafetensorsReader.open(path.resolve(WEIGHTS));
  }

  /** Whether a folder holds an adapter. */
  public static boolean isIn(Path path) {
    return Files.isRegularFile(path.resolve(CONFIG));
  }

  /**
   * @throws InvalidCheckpointException naming the file and key where this is no LoRA adapter, or
   *     one with features that are not supported
   */
  public static AdapterFolder open(Path path) {
    return open(path, false);
  }

  /**
   * The adapters of a critic, with its scalar head among {@code modules_to_save}, as PEFT saves
   * those of tasks SEQ_CLS and TOKEN_CLS.
   *
   * @throws InvalidCheckpointException as {@link #open}
   */
  public static AdapterFolder openCritic(Path path) {
    return open(path, true);
  }

  private static AdapterFolder open(Path path, boolean critic) {
    if (!isIn(path)) {
      throw new InvalidCheckpointException(
          path + ": there is no adapter; name a folder that holds " + CONFIG);
    }
    JsonSection json = JsonSection.read(path.resolve(CONFIG));
    if (!json.text("peft_type").equals("LORA")) {
      throw json.error("peft_type", "is " + json.text("peft_type") + "; only LORA is supported");
    }
    refuseSavedModules(json, critic);
    for (String key : UNSUPPORTED) {
      JsonNode value = json.node().path(key);
      boolean set =
          value.isContainerNode() ? !value.isEmpty() : value.asBoolean() || value.isTextual();
      if (set) {
        throw json.error(key, "is " + value + ", which is not supported; train without it");
      }
    }
    refuseChangedBase(json);
    if (json.has("bias") && !json.text("bias").equals("none")) {
      throw json.error("bias", "is '" + json.text("bias") + "'; only none is supported");
    }
    return new AdapterFolder(path, json, critic);
  }

  /** Modules that are saved whole: none but a critic's head. */
  private static void refuseSavedModules(JsonSection json, boolean critic) {
    String key = "modules_to_save";
    JsonNode saved = json.node().path(key);
    for (JsonNode module : saved.isArray() ? saved : List.of(saved)) {
      boolean taken = critic && SCALAR_HEADS.contains(module.asText());
      if (!taken && !module.isNull() && !module.isMissingNode()) {
        throw json.error(
            key,
            "is %s, which is not supported%s; train without it"
                .formatted(saved, critic ? " but for " + SCALAR_HEADS : ""));
      }
    }
  }

  private static void refuseChangedBase(JsonSection json) {
    String key = "init_lora_weights";
    String initial = json.node().path(key).asText().toLowerCase(Locale.ROOT);
    if (CHANGE_THE_BASE.stream().anyMatch(initial::startsWith)) {
      throw json.error(
          key,
          "is '%s', which changes the base weights; save it as an ordinary adapter, in Python: save_pretrained(DIR, path_initial_model_for_weight_conversion=FIRST)"
              .formatted(initial));
    }
  }

  /** What {@code base_model_name_or_path} says, as it stands there. */
  public Optional<String> baseModel() {
    return json.has("base_model_name_or_path")
        ? Optional.of(json.text("base_model_name_or_path"))
        : Optional.empty();
  }

  /** The base with its digest, where the adapters were written with one. */
  public AdapterBase base() {
    try (SafetensorsReader reader = weights(path)) {
      return new AdapterBase(
          baseModel().orElse(""), reader.metadata().getOrDefault(BASE_SHA256, ""));
    }
  }

  /**
   * Which maps are adapted, as the names of the tensors say.
   *
   * @throws InvalidCheckpointException where a tensor belongs to no map of the model
   */
  public AdapterConfig config(ModelConfig model) {
    int rank = json.positive("r");
    double alpha = json.number("lora_alpha");
    boolean rankStabilized = json.flag("use_rslora", false);
    SortedSet<String> adapted = adaptedModules(model);
    boolean vision = adapted.stream().anyMatch(module -> module.startsWith("visual."));
    List<String> lastParts =
        adapted.stream().map(module -> module.substring(module.lastIndexOf('.') + 1)).toList();
    AdapterConfig whole = new AdapterConfig(rank, alpha, rankStabilized, lastParts, vision);
    SortedSet<String> all = modules(model);
    boolean covers = all.stream().filter(whole::adapts).toList().equals(List.copyOf(adapted));
    return covers
        ? whole
        : new AdapterConfig(rank, alpha, rankStabilized, List.copyOf(adapted), vision);
  }

  private SortedSet<String> adaptedModules(ModelConfig model) {
    SortedSet<String> all = modules(model);
    SortedSet<String> adapted = new TreeSet<>();
    try (SafetensorsReader reader = weights(path)) {
      for (String name : reader.names()) {
        if (critic && AdapterNames.ofScalarHead(name)) {
          continue;
        }
        String own = AdapterNames.fromPeft(name);
        String module = own.substring(0, Math.max(0, own.length() - AdapterNames.A.length()));
        if (!all.contains(module)) {
          throw new InvalidCheckpointException(
              "%s: tensor '%s' adapts no linear map of this %s model; is it for another base?"
                  .formatted(path.resolve(WEIGHTS), name, model.architecture().modelType()));
        }
        adapted.add(module);
      }
    }
    if (adapted.isEmpty()) {
      throw new InvalidCheckpointException(path.resolve(WEIGHTS) + ": holds no tensor");
    }
    return adapted;
  }

  /** Every linear map that could be adapted. */
  private static SortedSet<String> modules(ModelConfig model) {
    AdapterConfig every = new AdapterConfig(1, 1, false, List.of(AdapterConfig.EVERY_MAP), true);
    SortedSet<String> modules = new TreeSet<>();
    for (Slot slot : WeightLayout.of(model, Head.LANGUAGE_MODEL, every).slots()) {
      if (slot.adapter() && slot.tensor().name().endsWith(AdapterNames.A)) {
        String name = slot.tensor().name();
        modules.add(name.substring(0, name.length() - AdapterNames.A.length()));
      }
    }
    return modules;
  }

  /**
   * The adapter over its base.
   *
   * @throws InvalidCheckpointException naming a tensor that is missing, or of another shape than
   *     the base asks for; or where these adapters are others than the base is set up for
   */
  public Weights read(BaseModel base) {
    refuseOthers(base.config(), base.adapters().orElseThrow());
    try (SafetensorsReader reader = weights(path)) {
      return Weights.of(base, head(reader), spec -> find(reader, base.config(), spec));
    }
  }

  /**
   * Whether {@link #read} would succeed, by names and shapes.
   *
   * @param base may be without weights
   * @throws InvalidCheckpointException as {@link #read}
   */
  void check(BaseModel base) {
    refuseOthers(base.config(), base.adapters().orElseThrow());
    try (SafetensorsReader reader = weights(path)) {
      base.trained(head(reader)).forEach(spec -> find(reader, base.config(), spec));
    }
  }

  private Head head(SafetensorsReader reader) {
    return critic ? ScalarHead.of(reader, AdapterNames.PREFIX) : Head.LANGUAGE_MODEL;
  }

  /** Another rank or other maps would not fit; another factor would, and be another policy. */
  private void refuseOthers(ModelConfig model, AdapterConfig wanted) {
    AdapterConfig own = config(model);
    SortedSet<String> all = modules(model);
    boolean sameMaps = all.stream().allMatch(map -> own.adapts(map) == wanted.adapts(map));
    if (own.rank() != wanted.rank() || own.scale() != wanted.scale() || !sameMaps) {
      throw new InvalidCheckpointException(
          "%s: holds adapters of %s, but %s are set up; set what model.adapter-… says of them accordingly, or leave it out"
              .formatted(path, described(own), described(wanted)));
    }
  }

  private static String described(AdapterConfig config) {
    return "rank %d, factor %s on %s"
        .formatted(
            config.rank(),
            (float) config.scale(),
            config.targets().size() > SHOWN
                ? config.targets().size() + " maps"
                : String.join(", ", config.targets()));
  }

  private static TensorData find(SafetensorsReader reader, ModelConfig model, TensorSpec spec) {
    String name = AdapterNames.toPeft(spec.name(), model);
    if (!reader.contains(name)) {
      name = AdapterNames.toPeftFlat(spec.name());
    }
    TensorData stored = reader.data(name);
    if (!Arrays.equals(stored.spec().shape(), spec.shape())) {
      throw new InvalidCheckpointException(
          "%s: tensor %s does not fit the base model, which asks for %s; is it for another base?"
              .formatted(reader.files(), stored.spec(), Arrays.toString(spec.shape())));
    }
    if (!stored.type().floating()) {
      throw new InvalidCheckpointException(
          "%s: tensor %s has type %s; adapters are F32, F16 or BF16"
              .formatted(reader.files(), stored.spec(), stored.type()));
    }
    return stored;
  }
}
