package io.sapo.standalone.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigException;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Origin;
import io.sapo.configuration.Settings;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.policy.adapter.AdapterBase;
import io.sapo.policy.adapter.AdapterWriter;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.ActivationMemory;
import io.sapo.policy.training.Retention;
import io.sapo.standalone.plan.Part.Place;
import io.sapo.standalone.run.RoleKind;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlanTest {
  private static final long GIB = 1L << 30;
  @TempDir Path folder;

  private static ModelConfig model(String name) throws URISyntaxException {
    return ModelConfig.read(Path.of(PlanTest.class.getResource("/plan/" + name + ".json").toURI()));
  }

  private static Settings settings(String... assignments) {
    ConfigLoader loader = new ConfigLoader();
    for (String assignment : assignments) {
      loader.set(assignment);
    }
    return loader.load();
  }

  private static Planner planner(String name, Machine machine, String... assignments)
      throws URISyntaxException {
    ModelConfig model = model(name);
    return new Planner(
        ModelDefaults.fit(settings(assignments), model), model, ElementType.BF16, machine);
  }

  private static Machine machine(long deviceGib, long hostGib) {
    return new Machine(OptionalLong.of(deviceGib * GIB), OptionalLong.of(hostGib * GIB));
  }

  /** As their makers count them. */
  @ParameterizedTest
  @CsvSource({
    "qwen2.5-vl-3b, 3.75e9",
    "qwen2.5-vl-7b, 8.29e9",
    "qwen3-vl-8b, 8.77e9",
    "llama-3.2-1b, 1.236e9"
  })
  void parametersAreCountedFromTheConfiguration(String name, double parameters) throws Exception {
    assertThat((double) ModelSizes.of(model(name), null).parameters())
        .isCloseTo(parameters, within(parameters * 0.005));
  }

  @Test
  void sevenBillionsFitOneCardOf80GigabytesWithAdapters() throws Exception {
    Planner planner = planner("qwen2.5-vl-7b", machine(80, 128), "model.device=gpu0");
    Plan plan = planner.plan(OptionalDouble.empty());
    Need train = plan.role("train");
    assertThat(planner.fit("train").verdict()).isEqualTo(Fit.Verdict.FITS);
    assertThat(train.bytes("frozen base")).isEqualTo(plan.sizes().parameters() * 2);
    assertThat(train.bytes("reference")).isZero();
    assertThat(train.bytes("actor moments")).isEqualTo(2 * train.bytes("actor"));
    assertThat(train.bytes(Place.DEVICE)).isLessThan(40 * GIB);
    assertThat(plan.records().version()).isLessThan(100L << 20);
  }

  @Test
  void trainedWholeTheyDoNotAndThePlanSaysWhatHelps() throws Exception {
    Planner planner =
        planner("qwen2.5-vl-7b", machine(80, 256), "model.device=gpu0", "model.adapter-rank=0");
    assertThat(planner.fit("learner").verdict()).isEqualTo(Fit.Verdict.TOO_LARGE);
    assertThat(planner.fit("learner").sentence()).contains("learner needs", "of the 80 GiB");
    assertThat(planner.changes("learner")).containsExactly("model.adapter-rank=16");
  }

  @Test
  void aLittleTooMuchIsMendedByALittle() throws Exception {
    Planner roomy = planner("qwen2.5-vl-7b", machine(80, 128), "model.device=gpu0");
    long needed = roomy.plan(OptionalDouble.empty()).role("train").bytes(Place.DEVICE);
    Machine tight = new Machine(OptionalLong.of(needed - (1L << 20)), OptionalLong.of(128 * GIB));
    Planner planner = planner("qwen2.5-vl-7b", tight, "model.device=gpu0");
    assertThat(planner.changes("train")).hasSize(1).first().asString().contains(".slots=");
    assertThat(planner("qwen2.5-vl-7b", machine(8, 128), "model.device=gpu0").changes("train"))
        .isEmpty();
  }

  /** Its command asks for the plan before it starts. */
  @ParameterizedTest
  @EnumSource(RoleKind.class)
  void everyRoleThatComputesIsPlanned(RoleKind kind) throws Exception {
    if (kind.computes()) {
      Fit fit = planner("llama-3.2-1b", machine(80, 128), "model.device=gpu0").fit(kind.label());
      assertThat(fit.verdict()).isEqualTo(Fit.Verdict.FITS);
    }
  }

  /** Everything that a model's size decides, by hand, for a model that is trained whole. */
  @Test
  void partsOfAFullLearner() throws Exception {
    ModelConfig model = model("llama-3.2-1b");
    Workload work =
        Workload.of(
            settings("learner.loss-kl=0.1", "learner.anchor-every=1"), model, ElementType.BF16);
    Need need = LearnerNeed.of(work);
    long actor = 1_235_814_400L;
    long critic = actor + 2048;
    assertThat(need.bytes("actor")).isEqualTo(4 * actor);
    assertThat(need.bytes("actor gradients")).isEqualTo(4 * actor);
    assertThat(need.bytes("critic")).isEqualTo(4 * critic);
    assertThat(need.bytes("critic moments")).isEqualTo(8 * critic);
    assertThat(need.bytes("reference")).isEqualTo(4 * actor);
    assertThat(need.bytes("frozen base")).isZero();
    assertThat(need.bytes("published copy")).isZero();
    assertThat(need.bytes("converted weights")).isZero();
    Need producer = GenerationNeed.producer(work);
    // 2 × 16 layers × 64 slots × 8 heads × 1,152 places × 64 × 4 bytes
    assertThat(producer.bytes("producer keys and values")).isEqualTo(4_831_838_208L);
  }

  @Test
  void frozenWeightsOfAnotherTypeAreConvertedInPasses() throws Exception {
    Workload work =
        Workload.of(settings("model.adapter-rank=16"), model("llama-3.2-1b"), ElementType.BF16);
    assertThat(LearnerNeed.of(work).bytes("converted weights")).isGreaterThan(GIB);
    Workload narrow =
        Workload.of(
            settings("model.adapter-rank=16", "model.precision=bf16"),
            model("llama-3.2-1b"),
            ElementType.BF16);
    assertThat(LearnerNeed.of(narrow).bytes("converted weights")).isZero();
  }

  @Test
  void aGpuDecodesFromACopyOfWhatIsTrained() throws Exception {
    for (String rank : List.of("0", "16")) {
      String adapted = "model.adapter-rank=" + rank;
      Settings onGpu = settings(adapted, "model.precision=bf16", "model.device=gpu0");
      Workload gpu = Workload.of(onGpu, model("llama-3.2-1b"), ElementType.BF16);
      Need producer = GenerationNeed.producer(gpu);
      assertThat(producer.bytes("producer fused weights"))
          .isEqualTo(producer.bytes("producer weights") / 4)
          .isPositive();
      Settings onCpu = settings(adapted, "model.precision=bf16");
      Workload cpu = Workload.of(onCpu, model("llama-3.2-1b"), ElementType.BF16);
      assertThat(GenerationNeed.producer(cpu).bytes("producer fused weights")).isZero();
    }
  }

  /** A server has the keys and values; the process has the weights that it publishes. */
  @ParameterizedTest
  @CsvSource({"vllm, cpu", "sglang, gpu0"})
  void slotsOfInferenceServersTakeNoMemoryHere(String engine, String device) throws Exception {
    List<String> common =
        List.of("producer.engine=" + engine, "producer.servers=http://127.0.0.1:8000");
    for (String role : List.of("producer", "gateway", "train")) {
      List<Long> bytes = new ArrayList<>();
      for (String slots : List.of("1", "128")) {
        List<String> assignments = new ArrayList<>(common);
        assignments.add("model.device=" + device);
        assignments.add("producer.slots=" + slots);
        Need need =
            planner("llama-3.2-1b", machine(80, 128), assignments.toArray(String[]::new))
                .plan(OptionalDouble.empty())
                .role(role);
        String name = role.equals("train") ? "producer" : role;
        assertThat(need.bytes(name + " weights")).isPositive();
        assertThat(need.bytes(name + " keys and values")).isZero();
        bytes.add(need.bytes());
      }
      assertThat(bytes.get(1)).as(role).isEqualTo(bytes.get(0));
    }
    ModelConfig large = model("qwen3-vl-8b");
    Settings fitted = ModelDefaults.fit(settings(common.toArray(String[]::new)), large);
    assertThat(fitted.integer("producer.slots")).isEqualTo(64);
    assertThat(fitted.integer("evaluation.slots")).isLessThan(64);
  }

  @Test
  void theShippedCheckpointKeepsTheShippedDefaults() {
    assertThat(ModelDefaults.fit(settings()))
        .extracting(Settings::digest)
        .isEqualTo(settings().digest());
  }

  @ParameterizedTest
  @CsvSource({
    "llama-3.2-1b, model.adapter-rank, 16",
    "llama-3.2-1b, learner.actor.learning-rate, 2e-5",
    "llama-3.2-1b, learner.published-type, bf16",
    "llama-3.2-1b, model.max-new-tokens, 2048",
    "llama-3.2-1b, learner.max-sequence-tokens, 3072",
    "llama-3.2-1b, model.precision, f32",
    "llama-3.2-1b, learner.activation-mib, 256",
    "qwen3-vl-8b, producer.slots, 4"
  })
  void anotherCheckpointGetsItsOwn(String name, String key, String value) throws Exception {
    Settings fitted = ModelDefaults.fit(settings(), model(name));
    assertThat(fitted.values().get(key).text()).isEqualTo(value);
    if (!settings().values().get(key).text().equals(value)) {
      assertThat(fitted.origin(key).layer()).isEqualTo(Origin.Layer.FITTED);
    }
  }

  private static long activationMib(ModelConfig model, int rank, int sequences) {
    return ModelDefaults.fit(
            settings(
                "algorithm=grpo",
                "model.adapter-rank=" + rank,
                "model.precision=" + (rank > 0 ? "bf16" : "f32"),
                "learner.batch-size=" + sequences,
                "learner.mini-batch-size=" + sequences,
                "producer.rollouts-per-task=" + sequences,
                "model.max-prompt-tokens=64",
                "model.max-new-tokens=64"),
            model)
        .wide("learner.activation-mib");
  }

  @Test
  void anUpdateThatFitsIsKeptWhole() throws Exception {
    ModelConfig model = model("llama-3.2-1b");
    TokenSequence longest = TokenSequence.text(new int[64], new int[64]);
    long one = new ActivationMemory(model).bytes(List.of(longest), Retention.EVERYTHING);
    assertThat(activationMib(model, 0, 6) << 20).isBetween(6 * one, 6 * one + (6 * one) / 10);
    assertThat(activationMib(model, 0, 24)).isEqualTo(256);
    // Adapters add nothing; in bfloat16 it is half.
    assertThat(activationMib(model, 16, 24)).isGreaterThan(2048);
    assertThat(activationMib(model, 16, 48)).isEqualTo(256);
  }

  @Test
  void adaptersToBeginWithSayWhatTheyAre() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    CheckpointFolder model = CheckpointFolder.open(checkpoint);
    AdapterConfig config = new AdapterConfig(3, 7, true, List.of("q_proj", "v_proj"), false);
    Path adapter = folder.resolve("adapter");
    try (BaseModel base = BaseModel.adapted(model, model.config(), config, Device.cpu());
        Weights weights = Weights.random(base, Head.LANGUAGE_MODEL, 1)) {
      AdapterWriter.write(
          adapter, AdapterBase.named(".."), model.config(), config, Map.of(), weights.tensors());
    }
    String named = "model.checkpoint=" + checkpoint;
    Settings fitted = ModelDefaults.fit(settings(named, "model.adapter=" + adapter));
    assertThat(new Binding(fitted).learner().network().adapters()).isEqualTo(config);
    assertThatThrownBy(
            () ->
                ModelDefaults.fit(
                    settings(named, "model.adapter=" + adapter, "model.adapter-rank=0")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("model.adapter-rank is 0 (--set), which trains every weight");
  }

  private Settings withPictures(String preprocessor, String... assignments) throws Exception {
    Path checkpoint = Files.createDirectories(folder.resolve("pictures"));
    Files.copy(
        Path.of(PlanTest.class.getResource("/plan/qwen2.5-vl-7b.json").toURI()),
        checkpoint.resolve("config.json"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(checkpoint.resolve("preprocessor_config.json"), preprocessor);
    List<String> all = new ArrayList<>(List.of(assignments));
    all.add("model.checkpoint=" + checkpoint);
    return ModelDefaults.fit(settings(all.toArray(String[]::new)));
  }

  private static String preprocessor(long minPixels, long maxPixels) {
    return """
        {"min_pixels": %d, "max_pixels": %d, "patch_size": 14, "temporal_patch_size": 2,
         "merge_size": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]}"""
        .formatted(minPixels, maxPixels);
  }

  /** As the makers have it: 12.8 megapixels, 16,384 tokens, where a prompt may have 1,024. */
  @Test
  void aPictureFitsAPrompt() throws Exception {
    String own = preprocessor(3136, 12_845_056);
    Settings fitted = withPictures(own);
    assertThat(fitted.integer("model.max-prompt-tokens")).isEqualTo(1024);
    assertThat(new Binding(fitted).learner().network().maxPixels()).isEqualTo(768 * 28 * 28);
    assertThat(ModelDefaults.chosen(fitted))
        .contains(
            "model.max-pixels = 602112 (fits the model: a picture takes up three quarters of a prompt of 1024 tokens at most)");
    assertThat(withPictures(own, "model.max-prompt-tokens=400").wide("model.max-pixels"))
        .isEqualTo(300 * 28 * 28);
    assertThat(withPictures(own, "model.max-pixels=5000000").wide("model.max-pixels"))
        .isEqualTo(5_000_000);
    assertThat(withPictures(own, "model.max-pixels=").optionalInteger("model.max-pixels"))
        .isEmpty();
    assertThat(withPictures(preprocessor(3136, 602_112)).optionalInteger("model.max-pixels"))
        .isEmpty();
    assertThat(withPictures(preprocessor(700_000, 1_000_000)).wide("model.max-pixels"))
        .isEqualTo(700_000);
    assertThat(withPictures("[]").optionalInteger("model.max-pixels")).isEmpty();
  }

  @Test
  void whatSomebodyHasSetStays() throws Exception {
    Settings fitted =
        ModelDefaults.fit(
            settings("model.adapter-rank=0", "learner.critic.learning-rate=3e-6"),
            model("llama-3.2-1b"));
    assertThat(fitted.integer("model.adapter-rank")).isZero();
    assertThat(fitted.number("learner.critic.learning-rate")).isEqualTo(3e-6);
    assertThat(fitted.number("learner.actor.learning-rate")).isEqualTo(1e-6);
    assertThat(ModelDefaults.chosen(fitted))
        .anyMatch(line -> line.startsWith("learner.actor.learning-rate = 1e-6 (fits the model: "))
        .noneMatch(line -> line.startsWith("model.adapter-rank"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learner.mini-batch-size=3 | batch-size must be a multiple of mini-batch-size",
        "learner.actor.learning-rate=0.01 | learner.actor.learning-rate is 0.01 (--set)",
        "model.max-new-tokens=131072 | more than the 131072 tokens that the model's context holds",
      })
  void whatCannotBeMeantIsRefused(String assignment, String message) throws Exception {
    Settings meant = settings("model.checkpoint=" + configOf("llama-3.2-1b"), assignment);
    assertThatThrownBy(() -> ModelDefaults.fit(meant))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  /** The shipped model's rate, at which a model of hundreds of millions is ruined. */
  @ParameterizedTest
  @CsvSource({"0, 1e-4, 1", "0, 1e-5, 0", "16, 1e-4, 0", "16, 5e-3, 1"})
  void aRateThatHasRuinedModelsIsNamed(int rank, String rate, int doubts) throws Exception {
    Settings meant =
        ModelDefaults.fit(
            settings(
                "model.checkpoint=" + configOf("llama-3.2-1b"),
                "model.adapter-rank=" + rank,
                "learner.actor.learning-rate=" + rate));
    assertThat(ModelDefaults.doubts(meant))
        .hasSize(doubts)
        .allMatch(
            line ->
                line.startsWith("learner.actor.learning-rate is " + rate + " (--set): a model"));
    assertThat(ModelDefaults.doubts(settings("learner.actor.learning-rate=" + rate))).isEmpty();
  }

  private Path configOf(String name) throws Exception {
    Path checkpoint = Files.createDirectory(folder.resolve("model"));
    Files.copy(
        Path.of(PlanTest.class.getResource("/plan/" + name + ".json").toURI()),
        checkpoint.resolve("config.json"));
    return checkpoint;
  }

  @Test
  void topicsAreCountedByUpdateAndDay() throws Exception {
    Planner planner = planner("llama-3.2-1b", machine(80, 128), "model.adapter-rank=0");
    Records records = planner.plan(OptionalDouble.empty()).records();
    assertThat(records.versionsKept())
        .as("two anchors and the next")
        .isEqualTo(3 * records.version());
    assertThat(records.disk(true)).isEqualTo(records.checkpointsKept() + records.versionsKept());
    assertThat(records.disk(false)).isEqualTo(records.checkpointsKept());
    String batch = Units.bytes(records.batch());
    assertThat(text(planner, OptionalDouble.empty()))
        .contains("segments and credits up to " + batch + " an update, for");
    Plan paced = planner.plan(OptionalDouble.of(1e12));
    double day = 86_400 / (paced.pace().updateSeconds() + paced.pace().rolloutSeconds());
    assertThat(text(planner, OptionalDouble.of(1e12)))
        .contains(batch + " an update, " + Units.bytes(day * records.batch()) + " a day, for");
    Records small =
        planner("llama-3.2-1b", machine(80, 128), "model.adapter-rank=8")
            .plan(OptionalDouble.empty())
            .records();
    assertThat(small.versionsKept()).isEqualTo((4L << 30) + small.version());
  }

  private static String text(Planner planner, OptionalDouble rate) {
    Plan plan = planner.plan(rate);
    List<Fit> fits = plan.roles().stream().map(need -> planner.fit(need.role())).toList();
    return PlanText.of("a model", planner.work(), plan, fits, List.of());
  }

  /** Beside an inference server on the same card; the context of whoever asks counts as none. */
  @Test
  void whatOthersHaveTakenOfADeviceIsNotThere() throws Exception {
    OptionalLong host = OptionalLong.of(128 * GIB);
    Machine shared = new Machine(OptionalLong.of(80 * GIB), host, 72 * GIB);
    Fit fit = planner("qwen2.5-vl-7b", shared, "model.device=gpu0").fit("train");
    assertThat(fit.verdict()).isEqualTo(Fit.Verdict.TOO_LARGE);
    assertThat(fit.sentence()).contains("of the 80 GiB there are, of which others have taken 72");
    assertThat(planner("qwen2.5-vl-7b", shared.alone(), "model.device=gpu0").fit("train").verdict())
        .isEqualTo(Fit.Verdict.FITS);
    assertThat(shared.with(OptionalLong.of(80 * GIB), OptionalLong.empty()))
        .isEqualTo(shared.alone());
    assertThat(DeviceMemory.of(80 * GIB, GIB / 2).taken()).isZero();
    assertThat(DeviceMemory.of(80 * GIB, 72 * GIB).taken()).isBetween(71 * GIB, 72 * GIB);
  }

  @Test
  void ofNoGpuNothingIsKnown() {
    assertThat(Machine.here(Device.cpu()).device()).isEmpty();
    assertThat(Machine.here(Device.gpu(99)).device()).isEmpty();
  }

  @Test
  void theSmallerOfMachineAndControlGroupCounts() throws Exception {
    Path meminfo =
        Files.writeString(folder.resolve("meminfo"), "MemFree: 1 kB\nMemTotal:  2048 kB\n");
    Path none = Files.writeString(folder.resolve("max"), "max\n");
    Path limit = Files.writeString(folder.resolve("limit"), "1048576\n");
    assertThat(Machine.read(meminfo, List.of(none)).host()).hasValue(2048 << 10);
    assertThat(Machine.read(meminfo, List.of(none, limit)).host()).hasValue(1 << 20);
    assertThat(Machine.read(folder.resolve("absent"), List.of()).host()).isEmpty();
  }

  @Test
  void sizesAreWrittenAsPeopleWriteThem() {
    assertThat(Units.parse("80g")).isEqualTo(80 * GIB);
    assertThat(Units.parse("1.5 GiB".replace(" ", ""))).isEqualTo(3 * GIB / 2);
    assertThatThrownBy(() -> Units.parse("80")).hasMessageContaining("write 80g");
  }
}
