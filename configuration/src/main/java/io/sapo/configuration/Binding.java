package io.sapo.configuration;

import ai.djl.Device;
import io.sapo.admin.config.AdminConfig;
import io.sapo.evaluator.EvaluationConfig;
import io.sapo.learner.LearnerOptions;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.config.CheckpointSettings;
import io.sapo.learner.config.InitialModel;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearnerStart;
import io.sapo.learner.config.NewRun;
import io.sapo.learner.config.PublishedVersions;
import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.device.Devices;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.RolloutSettings;
import io.sapo.producer.StalenessBound;
import io.sapo.producer.TaskSources;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.ServerToken;
import io.sapo.producer.gateway.GatewayLimits;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.task.TaskSpec;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.TopicRetention;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.judge.JudgePanel;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.verifier.VerifierSettings;
import io.sapo.verifier.Verifiers;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Settings as the records that the modules take. */
public final class Binding {
  /** Of algorithms that judge a rollout by its group, as GRPO was published. */
  private static final int COMPARED_ROLLOUTS = 8;

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
    // What several of them bind is found by each.
    Set<String> findings = new LinkedHashSet<>();
    List<Supplier<Object>> all =
        List.of(
            this::learner,
            () -> producer("producer-0", Path.of("")),
            () -> segmenter(Path.of("")),
            this::evaluation,
            this::verifierNames,
            this::gateway,
            () -> new HttpBinding(settings).listen());
    for (Supplier<Object> one : all) {
      try {
        one.get();
      } catch (IllegalArgumentException e) {
        findings.add(e.getMessage());
      }
    }
    findings.addAll(new Contradictions(settings, this).findings());
    if (!findings.isEmpty()) {
      throw new ConfigException(List.copyOf(findings));
    }
    return this;
  }

  /**
   * Of whoever evaluates: of a topic nothing is held out.
   *
   * @throws ConfigException when tasks are to be held out of one
   */
  public Binding checkHeldOut() {
    TaskSpec tasks = tasks();
    if (tasks.heldOut().orElse(tasks.train()).equals(TaskSources.TOPIC)) {
      throw new ConfigException(
          List.of(
              tasks.heldOut().isPresent()
                  ? "tasks.held-out is topic, but tasks for evaluation come from a file or are generated: name those"
                  : "tasks.train is topic, of which nothing is held out: name tasks for evaluation with tasks.held-out"));
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

  /**
   * Of activations that an update may keep for its backward pass, also one that is folded again.
   */
  public long activationBytes() {
    return settings.wide("learner.activation-mib") << 20;
  }

  public LearnerConfig learner() {
    return new LearnerBinding(settings).config();
  }

  /**
   * @param runId names a new run
   */
  public LearnerOptions learnerOptions(
      Map<String, Object> client,
      Topics topics,
      String runId,
      Path initialModel,
      Path dataFolder,
      LearnerStart start) {
    return new LearnerOptions(
        client,
        topics,
        heartbeats("learner"),
        new NewRun(runId, initialModel(initialModel)),
        pictureFiles(),
        new CheckpointSettings(
            dataFolder,
            settings.integer("learner.checkpoint-every"),
            settings.integer("learner.keep-checkpoints"),
            settings.duration("learner.keep-checkpoints-for")),
        new PublishedVersions(
            settings.constant("learner.published-type", ElementType.class),
            settings.integer("learner.anchor-every"),
            settings.wide("learner.keep-published-mib") << 20),
        activationBytes(),
        start);
  }

  /**
   * What version 0 of a run is.
   *
   * @param checkpoint the starting policy
   */
  public InitialModel initialModel(Path checkpoint) {
    return new InitialModel(
        checkpoint,
        settings.optionalPath("model.adapter"),
        settings.optionalPath("learner.critic.checkpoint"));
  }

  public TaskSpec tasks() {
    return new TaskBinding(settings).tasks();
  }

  /** How pictures are taken; the same for all who look at them. */
  public PictureSettings pictures() {
    return learner().network().pictures(pictureFiles());
  }

  /** See {@link TaskBinding#pictureFiles}. */
  public PictureFiles pictureFiles() {
    return new TaskBinding(settings).pictureFiles();
  }

  /** See {@link TaskBinding#profile}. */
  public ProfileSettings profile() {
    return new TaskBinding(settings).profile();
  }

  public int producers() {
    return settings.integer("producer.count");
  }

  int rolloutsPerTask() {
    Algorithm algorithm = Algorithm.ofName(settings.text("algorithm"));
    return settings
        .optionalInteger("producer.rollouts-per-task")
        .orElse(algorithm.usesCritic() ? 1 : COMPARED_ROLLOUTS);
  }

  /** What whoever trains should say when it starts: settings that do nothing. */
  public List<String> warnings() {
    return new Contradictions(settings, this).warnings();
  }

  /** What a gateway should say when it starts; empty where there is nothing to say. */
  public Optional<String> gatewayWarning() {
    Algorithm algorithm = Algorithm.ofName(settings.text("algorithm"));
    return algorithm.usesCritic()
        ? Optional.empty()
        : Optional.of(
            "algorithm is %s, which measures a response against the others of its task, but every conversation of the gateway is alone: it has no baseline, and its reward is taken as its advantage. Algorithms with a critic (sapo, ppo) need no others"
                .formatted(algorithm.configName()));
  }

  /**
   * @param instance no two live producers of a run share it
   * @param place folder of this producer alone
   */
  public ProducerConfig producer(String instance, Path place) {
    return new ProducerConfig(
        heartbeats(instance),
        tasks(),
        new TaskBinding(settings).curriculum(),
        new SplittableRandom(settings.wide("run.seed")).nextLong(),
        prompts(),
        rollouts(),
        new StalenessBound(
            settings.integer("learner.max-staleness"),
            settings.integer("learner.batch-size"),
            settings.number("producer.oversampling")),
        engine(place));
  }

  private HeartbeatSettings heartbeats(String instance) {
    return new HeartbeatSettings(instance, settings.duration("run.heartbeat"));
  }

  private PromptSettings prompts() {
    return new PromptSettings(profile(), pictures(), settings.integer("model.max-prompt-tokens"));
  }

  private RolloutSettings rollouts() {
    return new RolloutSettings(
        new Sampling(
            settings.number("producer.temperature"),
            settings.number("producer.top-p"),
            settings.integer("producer.top-k"),
            settings.integer("model.max-new-tokens")),
        rolloutsPerTask(),
        settings.integer("producer.slots"),
        settings.integer("producer.steps-per-call"),
        settings.constant("producer.weight-uptake", WeightUptake.class),
        settings.text("model.device"));
  }

  private EngineSettings engine(Path place) {
    return new EngineSettings(
        settings.constant("producer.engine", EngineSettings.Kind.class),
        servers(),
        new ServerToken(
            settings.optionalText("producer.server-token"),
            settings.optionalPath("producer.server-token-file")),
        settings.optionalPath("producer.server-folder").orElse(place.resolve("served")),
        settings.duration("producer.server-deadline"),
        settings.integer("producer.entropy-candidates"),
        settings.number("producer.server-tolerance"));
  }

  List<URI> servers() {
    return settings
        .optionalText("producer.servers")
        .map(names -> Stream.of(names.strip().split("\\s*,\\s*")).map(URI::create).toList())
        .orElse(List.of());
  }

  /** Where the gateway listens. */
  public GatewayListen gateway() {
    return new HttpBinding(settings).gateway();
  }

  public GatewayLimits gatewayLimits() {
    return new HttpBinding(settings).gatewayLimits();
  }

  public AdminConfig admin(String bootstrapServers) {
    return new HttpBinding(settings).admin(bootstrapServers, pictureFiles());
  }

  public SegmenterConfig segmenter(Path stateFolder) {
    return new SegmenterBinding(settings).config(stateFolder, judges());
  }

  public VerifierSettings verifiers() {
    return new SegmenterBinding(settings).verifiers();
  }

  /** The catalogue of the run's topics, with the retention that created ones get. */
  public static Topics topics(Settings settings) {
    return new Topics(settings.text("kafka.topic-prefix"), retention(settings));
  }

  static TopicRetention retention(Settings settings) {
    return new TopicRetention(settings.optionalDuration("kafka.retention"));
  }

  /** The judges outside the stream. */
  public List<JudgeSettings> judges() {
    return JudgeBinding.judges(settings);
  }

  /** For whoever judges outside the stream; the caller closes it. */
  public JudgePanel judgePanel() {
    return new JudgePanel(Verifiers.load(verifiers()), judges());
  }

  private List<String> verifierNames() {
    try (JudgePanel panel = judgePanel()) {
      return List.copyOf(panel.names());
    }
  }

  /**
   * Of whoever judges responses: others need not have the verifier. Found out later, each
   * trajectory would be a dead letter.
   *
   * @throws ConfigException when nobody knows the verifier of the tasks
   */
  public Binding checkVerifier() {
    Optional<String> name = settings.optionalText("tasks.verifier");
    try (JudgePanel panel = judgePanel()) {
      if (name.isPresent() && !panel.knows(name.get())) {
        throw new ConfigException(
            List.of(
                "tasks.verifier is %s, which is no verifier here; known are %s"
                    .formatted(name.get(), String.join(", ", panel.names()))));
      }
    }
    return this;
  }

  public EvaluationConfig evaluation() {
    return new EvaluationConfig(
        tasks(),
        new EvaluationConfig.Schedule(
            settings.integer("evaluation.tasks"),
            settings.integer("evaluation.interim-tasks"),
            settings.integer("evaluation.every")),
        new Sampling(
            settings.number("evaluation.temperature"),
            settings.number("evaluation.top-p"),
            0,
            settings.integer("model.max-new-tokens")),
        settings.wide("evaluation.seed"),
        prompts(),
        settings.integer("evaluation.slots"),
        verifiers(),
        judges(),
        false);
  }
}
