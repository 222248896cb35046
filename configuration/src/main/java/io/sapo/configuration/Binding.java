package io.sapo.configuration;

import ai.djl.Device;
import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Listen;
import io.sapo.admin.config.Thresholds;
import io.sapo.admin.config.Token;
import io.sapo.evaluator.EvaluationConfig;
import io.sapo.learner.LearnerOptions;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.input.Admission;
import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.device.Devices;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.policy.profile.PromptForm;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.TaskSources;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.gateway.GatewayLimits;
import io.sapo.producer.task.TaskColumns;
import io.sapo.producer.task.TaskSpec;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.Retention;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.cut.EntropyStrategy;
import io.sapo.segmenter.cut.NewlineStrategy;
import io.sapo.segmenter.cut.ProbabilityStrategy;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.cut.StepStrategy;
import io.sapo.segmenter.judge.JudgePanel;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.verifier.RewardShaping;
import io.sapo.verifier.VerifierSettings;
import io.sapo.verifier.Verifiers;
import io.sapo.verifier.math.EqualityPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Settings as the records that the modules take. */
public final class Binding {
  /** Of algorithms that judge a rollout by its group, as GRPO was published. */
  private static final int COMPARED_ROLLOUTS = 8;

  private static final Duration LONGEST_MEMORY = Duration.ofDays(3_650);

  private final Settings settings;

  public Binding(Settings settings) {
    this.settings = settings;
  }

  /**
   * Binds everything once, so that what no single key shows, such as a batch that mini-batches do
   * not divide, is found before anything starts.
   *
   * @throws ConfigException with every finding
   */
  public Binding check() {
    List<String> findings = new ArrayList<>();
    List<Supplier<Object>> all =
        List.of(
            this::learner,
            () -> producer("producer-0", Path.of("")),
            () -> segmenter(Path.of("")),
            this::evaluation,
            this::judgePanel,
            this::gateway,
            this::listen);
    for (Supplier<Object> one : all) {
      try {
        one.get();
      } catch (IllegalArgumentException e) {
        findings.add(e.getMessage());
      }
    }
    findings.addAll(onlyRefused());
    if (!findings.isEmpty()) {
      throw new ConfigException(findings);
    }
    return this;
  }

  /**
   * What the weights of a run stand on; the caller closes it.
   *
   * @param checkpoint the starting policy
   */
  public BaseModel base(CheckpointFolder checkpoint) {
    return learner().network().open(checkpoint, device());
  }

  /**
   * Where networks compute.
   *
   * @throws io.sapo.policy.device.DeviceException where that cannot be used
   */
  public Device device() {
    return Devices.open(settings.text("model.device"));
  }

  /** Settings under which the learner would refuse what the producers make. */
  private List<String> onlyRefused() {
    List<String> findings = new ArrayList<>();
    double temperature = settings.number("producer.temperature");
    if (temperature < Admission.LEAST_TEMPERATURE || temperature > Admission.MOST_TEMPERATURE) {
      findings.add(
          "producer.temperature is %s: the learner trains on what was drawn at %s to %s and would refuse every trajectory"
              .formatted(temperature, Admission.LEAST_TEMPERATURE, Admission.MOST_TEMPERATURE));
    }
    findings.addAll(servedWrongly());
    int prompt = settings.integer("model.max-prompt-tokens");
    int response = settings.integer("model.max-new-tokens");
    int longest = settings.integer("learner.max-sequence-tokens");
    if (prompt + response > longest) {
      findings.add(
          "learner.max-sequence-tokens is %d, but model.max-prompt-tokens (%d) and model.max-new-tokens (%d) allow %d: the learner would refuse what is longer. Raise the first or lower the others"
              .formatted(longest, prompt, response, prompt + response));
    }
    findings.addAll(ofAlgorithm());
    return findings;
  }

  private List<String> ofAlgorithm() {
    AlgorithmSettings algorithm;
    try {
      algorithm = learner().algorithm();
    } catch (IllegalArgumentException e) {
      return List.of();
    }
    List<String> findings = new ArrayList<>(algorithm.objections());
    boolean fromAll =
        settings.number("producer.top-p") >= 1 && settings.integer("producer.top-k") == 0;
    if (!fromAll && algorithm.offPolicy().comparesWithBehaviour()) {
      findings.add(
          "producer.top-p is %s and producer.top-k %d: the learner scores all tokens, so ratios to what was drawn from the likeliest alone are biased, and it would refuse every trajectory. Set them to 1 and 0, or learner.off-policy to none"
              .formatted(settings.number("producer.top-p"), settings.integer("producer.top-k")));
    }
    return findings;
  }

  private List<String> servedWrongly() {
    String engine = settings.text("producer.engine");
    List<URI> servers = servers();
    List<String> findings = new ArrayList<>();
    if (engine.equals("builtin") != servers.isEmpty()) {
      findings.add(
          servers.isEmpty()
              ? "producer.engine is " + engine + ", but producer.servers names no server"
              : "producer.servers names servers, but producer.engine is builtin: set it to vllm or"
                  + " sglang");
    }
    if (servers.stream().distinct().count() < servers.size()) {
      findings.add("producer.servers names a server twice");
    }
    if (producers() > 1 && !servers.isEmpty()) {
      findings.add(
          "producer.count is %d, but one producer drives all of producer.servers: set it to 1"
              .formatted(producers()));
    }
    return findings;
  }

  public LearnerConfig learner() {
    return new LearnerBinding(settings).config();
  }

  /**
   * @param runId names a new run
   * @param untilVersion training ends with it
   * @param acceptDivergence whether recovery may go on from other weights than were committed
   */
  public LearnerOptions learnerOptions(
      Map<String, Object> client,
      Topics topics,
      String runId,
      Path initialModel,
      Path dataFolder,
      long untilVersion,
      boolean acceptDivergence) {
    return new LearnerOptions(
        client,
        topics,
        "learner",
        runId,
        initialModel,
        settings.optionalPath("model.adapter").orElse(null),
        dataFolder,
        pictureFiles(),
        settings.integer("learner.checkpoint-every"),
        settings.integer("learner.keep-checkpoints"),
        settings.duration("learner.keep-checkpoints-for"),
        settings.integer("learner.anchor-every"),
        settings.constant("learner.published-type", ElementType.class),
        settings.wide("learner.keep-published-mib") << 20,
        settings.wide("learner.activation-mib") << 20,
        untilVersion,
        acceptDivergence,
        settings.duration("run.heartbeat"),
        FaultHook.installed());
  }

  public TaskSpec tasks() {
    return new TaskSpec(
        settings.text("tasks.train"),
        settings.optionalText("tasks.held-out"),
        new TaskColumns(
            settings.optionalText("tasks.columns.prompt"),
            settings.optionalText("tasks.columns.answer"),
            settings.optionalText("tasks.columns.images"),
            settings.optionalText("tasks.columns.id"),
            settings.optionalText("tasks.verifier")));
  }

  /** How pictures are taken; the same for all who look at them. */
  public PictureSettings pictures() {
    return learner().network().pictures(pictureFiles());
  }

  /** Pictures lie in the configured folders and in those of the task files. */
  public PictureFiles pictureFiles() {
    List<Path> roots = new ArrayList<>();
    settings
        .optionalText("tasks.picture-folders")
        .ifPresent(
            folders -> List.of(folders.split("\\s*,\\s*")).forEach(f -> roots.add(Path.of(f))));
    TaskSources.folder(settings.text("tasks.train")).ifPresent(roots::add);
    settings.optionalText("tasks.held-out").flatMap(TaskSources::folder).ifPresent(roots::add);
    return new PictureFiles(roots);
  }

  public int producers() {
    return settings.integer("producer.count");
  }

  private int rolloutsPerTask() {
    Algorithm algorithm = Algorithm.ofName(settings.text("algorithm"));
    return settings
        .optionalInteger("producer.rollouts-per-task")
        .orElse(algorithm.usesCritic() ? 1 : COMPARED_ROLLOUTS);
  }

  /**
   * @param instance no two live producers of a run share it
   * @param place folder of this producer alone
   */
  public ProducerConfig producer(String instance, Path place) {
    return new ProducerConfig(
        instance,
        tasks(),
        new SplittableRandom(settings.wide("run.seed")).nextLong(),
        profile(),
        pictures(),
        settings.integer("model.max-prompt-tokens"),
        new Sampling(
            settings.number("producer.temperature"),
            settings.number("producer.top-p"),
            settings.integer("producer.top-k"),
            settings.integer("model.max-new-tokens")),
        rolloutsPerTask(),
        settings.integer("producer.slots"),
        settings.integer("producer.steps-per-call"),
        settings.constant("producer.weight-uptake", WeightUptake.class),
        settings.integer("learner.max-staleness"),
        settings.integer("learner.batch-size"),
        settings.text("model.device"),
        settings.duration("run.heartbeat"),
        engine(place));
  }

  private EngineSettings engine(Path place) {
    return new EngineSettings(
        settings.constant("producer.engine", EngineSettings.Kind.class),
        servers(),
        settings.optionalText("producer.server-token"),
        settings.optionalPath("producer.server-folder").orElse(place.resolve("served")),
        settings.duration("producer.server-deadline"),
        settings.integer("producer.entropy-candidates"),
        settings.number("producer.server-tolerance"));
  }

  private List<URI> servers() {
    return settings
        .optionalText("producer.servers")
        .map(names -> Stream.of(names.strip().split("\\s*,\\s*")).map(URI::create).toList())
        .orElse(List.of());
  }

  /** Where the gateway listens. */
  public GatewayListen gateway() {
    return new GatewayListen(
        settings.text("gateway.host"), settings.integer("gateway.port"), token("gateway.token"));
  }

  public GatewayLimits gatewayLimits() {
    return new GatewayLimits(
        settings.duration("gateway.idle"),
        settings.integer("gateway.conversations"),
        settings.integer("gateway.waiting"));
  }

  public SegmenterConfig segmenter(Path stateFolder) {
    return new SegmenterConfig(
        strategy(),
        verifiers(),
        judges(),
        settings.duration("segmenter.group-deadline"),
        dedupRetention(),
        stateFolder,
        settings.integer("segmenter.threads"),
        settings.duration("run.heartbeat"));
  }

  /** As long as a trajectory can be read again. */
  private Duration dedupRetention() {
    return settings
        .optionalDuration("segmenter.dedup-retention")
        .or(() -> retention(settings).records())
        .orElse(LONGEST_MEMORY);
  }

  /** The catalogue of the run's topics, with the retention that created ones get. */
  public static Topics topics(Settings settings) {
    return new Topics(settings.text("kafka.topic-prefix"), retention(settings));
  }

  private static Retention retention(Settings settings) {
    return new Retention(settings.optionalDuration("kafka.retention"));
  }

  private SegmentationStrategy strategy() {
    double percent = settings.number("segmentation.top-k-percent");
    double below = settings.number("segmentation.probability-below");
    int every = settings.integer("segmentation.probability-every");
    return switch (settings.text("segmentation.strategy")) {
      case "entropy" -> new EntropyStrategy(percent);
      case "newline" -> new NewlineStrategy();
      case "step" -> new StepStrategy();
      case "probability" -> new ProbabilityStrategy(below, every);
      default -> throw new IllegalStateException("a strategy that its rule does not allow");
    };
  }

  /** The judges outside the stream. */
  public List<JudgeSettings> judges() {
    return JudgeBinding.judges(settings);
  }

  /** For whoever judges outside the stream; the caller closes it. */
  public JudgePanel judgePanel() {
    return new JudgePanel(Verifiers.load(verifiers()), judges());
  }

  public VerifierSettings verifiers() {
    return new VerifierSettings(
        settings.number("segmenter.numeric-tolerance"),
        new EqualityPolicy(
            settings.constant("segmenter.equality.units", EqualityPolicy.Units.class),
            settings.constant("segmenter.equality.percent", EqualityPolicy.Percent.class),
            settings.constant("segmenter.equality.decimals", EqualityPolicy.Decimals.class),
            settings.constant("segmenter.equality.lists", EqualityPolicy.Lists.class)),
        new RewardShaping(
            settings.integer("segmenter.reward.normal-length"),
            settings.number("segmenter.reward.format"),
            new LearnerBinding(settings).overlongTokens(),
            settings.number("segmenter.reward.overlong-penalty")),
        settings.optionalPath("verifiers.path"));
  }

  /** What is said about the checkpoint's prompts; the same for all who make them. */
  public ProfileSettings profile() {
    return new ProfileSettings(
        settings.constant("model.prompt-template", PromptForm.class),
        settings
            .optionalText("model.stop-tokens")
            .map(names -> List.of(names.strip().split("\\s+")))
            .orElse(List.of()),
        templateSettings());
  }

  /** Pairs of a name and a value; true, false and numbers are what they look like. */
  private Map<String, Object> templateSettings() {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String pair : settings.optionalText("model.template-settings").orElse("").split("\\s+")) {
      if (!pair.isEmpty()) {
        String value = pair.substring(pair.indexOf('=') + 1);
        Object read =
            value.matches("true|false")
                ? (Object) Boolean.valueOf(value)
                : value.matches("-?\\d{1,18}") ? (Object) Long.valueOf(value) : value;
        values.put(pair.substring(0, pair.indexOf('=')), read);
      }
    }
    return values;
  }

  public EvaluationConfig evaluation() {
    return new EvaluationConfig(
        tasks(),
        settings.integer("evaluation.tasks"),
        settings.integer("evaluation.interim-tasks"),
        settings.integer("evaluation.every"),
        new Sampling(
            settings.number("evaluation.temperature"),
            settings.number("evaluation.top-p"),
            0,
            settings.integer("model.max-new-tokens")),
        settings.wide("evaluation.seed"),
        profile(),
        pictures(),
        settings.integer("model.max-prompt-tokens"),
        settings.integer("evaluation.slots"),
        verifiers(),
        judges(),
        false);
  }

  public AdminConfig admin(String bootstrapServers) {
    return new AdminConfig(
        bootstrapServers,
        settings.free(ConfigKeys.CLIENT_SECTION),
        settings.text("kafka.topic-prefix"),
        listen(),
        pictureFiles(),
        Limits.defaults(),
        new Thresholds(
            settings.integer("admin.missed-heartbeats"),
            settings.duration("admin.no-version-for"),
            settings.wide("admin.lag-records"),
            settings.number("admin.entropy-floor"),
            settings.number("admin.entropy-share"),
            settings.number("admin.max-kl"),
            settings.number("admin.max-log-prob-gap"),
            settings.number("admin.reward-drop"),
            settings.number("admin.dead-letter-share"),
            settings.duration("run.stuck-after")));
  }

  private Token token(String key) {
    return new Token(settings.optionalText(key), settings.optionalPath(key + "-file"));
  }

  private Listen listen() {
    Optional<Path> certificate = settings.optionalPath("admin.tls-certificate");
    Optional<Path> key = settings.optionalPath("admin.tls-key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "admin.tls-certificate and admin.tls-key: give both or neither");
    }
    return new Listen(
        settings.text("admin.host"),
        settings.integer("admin.port"),
        token("admin.token"),
        token("admin.read-token"),
        certificate.map(path -> new Listen.Tls(path, key.orElseThrow())),
        settings
            .optionalText("admin.allowed-hosts")
            .map(hosts -> List.of(hosts.split("\\s*,\\s*")))
            .orElse(List.of()));
  }
}
