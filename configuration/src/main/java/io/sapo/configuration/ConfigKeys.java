package io.sapo.configuration;

import io.sapo.learner.algorithm.Aggregation;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.KlEstimator;
import io.sapo.learner.algorithm.OffPolicy;
import io.sapo.learner.algorithm.Overlong;
import io.sapo.learner.algorithm.Scope;
import io.sapo.learner.algorithm.ValueReading;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.policy.profile.PromptForm;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.schemas.ElementType;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.verifier.math.EqualityPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Every key and what its value may be. What a key means stands in {@code sapo-defaults.yaml}. */
final class ConfigKeys {
  /** Free section: its keys are Kafka client properties, passed on as they are. */
  static final String CLIENT_SECTION = "kafka.client";

  static final List<String> STRATEGIES = List.of("entropy", "newline", "step", "probability");

  private static final int MANY = 1_000_000_000;
  private static final List<String> SECRET_WORDS =
      List.of("password", "secret", "token", "jaas", "keystore.key", "credential");

  private static final Map<String, Rule> RULES = catalogue();

  private final Map<String, Rule> rules = new LinkedHashMap<>();

  private ConfigKeys() {}

  /** Those that have a default. */
  static Map<String, Rule> rules() {
    return RULES;
  }

  private static Map<String, Rule> catalogue() {
    ConfigKeys keys = new ConfigKeys();
    keys.system();
    keys.model();
    keys.rollouts();
    keys.learner();
    keys.algorithm();
    keys.surroundings();
    return Collections.unmodifiableMap(keys.rules);
  }

  private void key(String path, Rule rule) {
    rules.put(path, rule);
  }

  private void system() {
    key("run.data", Rule.path().orEmpty());
    key("run.seed", Rule.integer(0, Long.MAX_VALUE));
    key("run.updates", Rule.integer(0, MANY));
    key("log.format", Rule.choice(List.of("text", "json")));
    key("run.stop-grace", Rule.duration(Duration.ofSeconds(1), Duration.ofDays(1)));
    key("run.stuck-after", Rule.duration(Duration.ofSeconds(1), Duration.ofDays(1)));
    key("run.heartbeat", Rule.duration(Duration.ofMillis(100), Duration.ofMinutes(5)));
    key("broker.data", Rule.path().orEmpty());
    key("broker.port", Rule.integer(0, 65_535));
    key("broker.advertised-port", Rule.integer(0, 65_535));
    key(
        "kafka.bootstrap-servers",
        Rule.matching("[^\\s,:]+:\\d{1,5}(,[^\\s,:]+:\\d{1,5})*", "HOST:PORT, several with commas")
            .orEmpty());
    key(
        "kafka.topic-prefix",
        Rule.matching("[A-Za-z0-9._-]{1,100}", "1 to 100 letters, digits, '.', '_' and '-'"));
    key("kafka.replication", Rule.integer(-1, 32));
    key("kafka.retention", Rule.duration(Duration.ofHours(1), Duration.ofDays(36_500)).orEmpty());
  }

  private void model() {
    key("model.checkpoint", Rule.path().orEmpty());
    key("model.adapter", Rule.path().orEmpty());
    key("model.adapter-rank", Rule.integer(0, 4096));
    key("model.adapter-alpha", Rule.positive());
    key("model.adapter-rank-stabilized", Rule.flag());
    key("model.adapter-targets", Rule.text());
    key("model.adapter-vision", Rule.flag());
    key("model.precision", Rule.choice(names(NetworkSettings.Precision.class)));
    key("model.device", Rule.matching("cpu|gpu[0-9]{0,2}", "cpu, gpu or gpu with a number"));
    key("model.threads", Rule.integer(1, 1024));
    key("model.prompt-template", Rule.choice(names(PromptForm.class)));
    key("model.stop-tokens", Rule.text().orEmpty());
    key(
        "model.template-settings",
        Rule.matching(
                "[A-Za-z_][A-Za-z0-9_]*=\\S+(\\s+[A-Za-z_][A-Za-z0-9_]*=\\S+)*",
                "NAME=VALUE, several with spaces between them")
            .orEmpty());
    key("model.max-pixels", Rule.integer(1, MANY).orEmpty());
    key("model.max-prompt-tokens", Rule.integer(1, MANY));
    key("model.max-new-tokens", Rule.integer(1, MANY));
    key("tasks.train", Rule.text());
    key("tasks.held-out", Rule.text().orEmpty());
    key("tasks.picture-folders", Rule.text().orEmpty());
    for (String column : List.of("prompt", "answer", "images", "id")) {
      key("tasks.columns." + column, Rule.text().orEmpty());
    }
    key("tasks.verifier", Rule.text().orEmpty());
    key("tasks.instruction", Rule.text().orEmpty());
    key("tasks.curriculum.skip-below", Rule.number(0, 1));
    key("tasks.curriculum.skip-above", Rule.number(0, 1));
    key("tasks.curriculum.ask-anyway", Rule.number(0, 1));
  }

  private void rollouts() {
    key("producer.count", Rule.integer(1, 64));
    key("producer.temperature", Rule.number(0, 100));
    key("producer.top-p", Rule.number(1e-6, 1));
    key("producer.top-k", Rule.integer(0, MANY));
    key("producer.rollouts-per-task", Rule.integer(1, SegmenterConfig.MAX_GROUP_SIZE).orEmpty());
    key("producer.oversampling", Rule.number(1, 16));
    key("producer.slots", Rule.integer(1, 65_536));
    key("producer.steps-per-call", Rule.integer(1, 65_536));
    key("producer.weight-uptake", Rule.choice(names(WeightUptake.class)));
    key("producer.engine", Rule.choice(names(EngineSettings.Kind.class)));
    key(
        "producer.servers",
        Rule.matching(
                "https?://[^\\s,/]+/?(\\s*,\\s*https?://[^\\s,/]+/?)*",
                "http://HOST:PORT, several with commas")
            .orEmpty());
    key("producer.server-token", Rule.text().orEmpty());
    key("producer.server-token-file", Rule.path().orEmpty());
    key("producer.server-folder", Rule.path().orEmpty());
    key("producer.server-deadline", Rule.duration(Duration.ofMillis(100), Duration.ofDays(1)));
    key("producer.entropy-candidates", Rule.integer(1, 1_000));
    key("producer.server-tolerance", Rule.positive());
    key("segmentation.strategy", Rule.choice(STRATEGIES));
    key("segmentation.top-k-percent", Rule.number(1e-3, 100));
    key("segmentation.probability-below", Rule.number(1e-9, 1));
    key("segmentation.probability-every", Rule.integer(1, MANY));
    key("segmenter.numeric-tolerance", Rule.number(0, 0.999));
    key("segmenter.equality.units", Rule.choice(names(EqualityPolicy.Units.class)));
    key("segmenter.equality.percent", Rule.choice(names(EqualityPolicy.Percent.class)));
    key("segmenter.equality.decimals", Rule.choice(names(EqualityPolicy.Decimals.class)));
    key("segmenter.equality.lists", Rule.choice(names(EqualityPolicy.Lists.class)));
    key("segmenter.reward.normal-length", Rule.integer(0, MANY));
    key("segmenter.reward.format", Rule.number(-1000, 1000));
    key("segmenter.reward.think-opened", Rule.flag());
    key("segmenter.reward.overlong-tokens", Rule.integer(0, MANY).orEmpty());
    key("segmenter.reward.overlong-penalty", Rule.number(0, 1000).orEmpty());
    key("segmenter.group-deadline", Rule.duration(Duration.ofMillis(100), Duration.ofDays(7)));
    key(
        "segmenter.dedup-retention",
        Rule.duration(Duration.ofSeconds(1), Duration.ofDays(36_500)).orEmpty());
    key("segmenter.threads", Rule.integer(1, 256));
    key("verifiers.path", Rule.path().orEmpty());
  }

  private void learner() {
    key("learner.batch-size", Rule.integer(1, 1_000_000));
    key("learner.mini-batch-size", Rule.integer(1, 1_000_000));
    key("learner.micro-batch-tokens", Rule.integer(1, MANY));
    key("learner.activation-mib", Rule.integer(0, 1L << 24));
    key("learner.max-sequence-tokens", Rule.integer(2, MANY));
    key("learner.epochs", Rule.integer(1, 1_000));
    key("learner.max-staleness", Rule.integer(0, 1_000_000));
    key("learner.critic-warmup-updates", Rule.integer(0, MANY).orEmpty());
    key("learner.dynamic-sampling", Rule.integer(0, 1_000).orEmpty());
    key("learner.critic.checkpoint", Rule.path().orEmpty());
    for (String network : List.of("actor", "critic")) {
      String section = "learner." + network + ".";
      key(section + "learning-rate", Rule.number(0, 10));
      key(section + "beta1", Rule.number(0, 0.999999));
      key(section + "beta2", Rule.number(0, 0.999999999));
      key(section + "epsilon", Rule.positive());
      key(section + "weight-decay", Rule.number(0, 10));
      key(section + "max-grad-norm", Rule.positive());
      key(section + "schedule.warmup-updates", Rule.integer(0, MANY));
      key(section + "schedule.decay", Rule.choice(names(LearningRateSchedule.Decay.class)));
      key(section + "schedule.decay-updates", Rule.integer(0, MANY));
      key(section + "schedule.floor", Rule.number(0, 1));
    }
    key("learner.checkpoint-every", Rule.integer(1, MANY));
    key("learner.keep-checkpoints", Rule.integer(2, 1_000_000));
    key(
        "learner.keep-checkpoints-for",
        Rule.duration(Duration.ofSeconds(1), Duration.ofDays(36_500)));
    key("learner.anchor-every", Rule.integer(1, MANY));
    key("learner.keep-published-mib", Rule.integer(0, MANY));
    key("learner.published-type", Rule.choice(names(ElementType.class)));
  }

  private void algorithm() {
    key("algorithm", Rule.choice(names(Algorithm.class)));
    key("learner.value-reading", Rule.choice(names(ValueReading.class)));
    key("learner.gamma", Rule.number(0, 1));
    key("learner.lambda", Rule.number(0, 1).orEmpty());
    key("learner.critic-lambda", Rule.number(0, 1).orEmpty());
    key("learner.clip-low", Rule.number(0, 1).orEmpty());
    key("learner.clip-high", Rule.number(0, 1e6).orEmpty());
    key("learner.dual-clip", Rule.number(0, 1e6).orEmpty());
    key("learner.value-clip", Rule.positive());
    key("learner.aggregation", Rule.choice(names(Aggregation.class)).orEmpty());
    key("learner.advantage-limit", Rule.number(0, 1e12).orEmpty());
    key("learner.reward-kl", Rule.number(0, 1e6).orEmpty());
    key("learner.reward-kl-estimator", Rule.choice(names(KlEstimator.class)));
    key("learner.reward-kl-target", Rule.number(0, 1e6));
    key("learner.reward-kl-horizon", Rule.integer(1, MANY));
    key("learner.loss-kl", Rule.number(0, 1e6).orEmpty());
    key("learner.loss-kl-estimator", Rule.choice(names(KlEstimator.class)));
    key("learner.entropy-bonus", Rule.number(0, 1e3));
    key("learner.target-entropy", Rule.number(0, 1e3));
    key("learner.overlong", Rule.choice(names(Overlong.class)).orEmpty());
    key("learner.off-policy", Rule.choice(names(OffPolicy.Mode.class)));
    key("learner.off-policy-scope", Rule.choice(names(Scope.class)).orEmpty());
    key("learner.off-policy-form", Rule.choice(names(OffPolicy.Form.class)));
    key("learner.off-policy-cap", Rule.positive());
    key("learner.off-policy-low", Rule.number(0, 1e6));
    key("learner.off-policy-high", Rule.positive());
    key("learner.rejection-scope", Rule.choice(names(Scope.class)).orEmpty());
    key("learner.rejection-form", Rule.choice(names(OffPolicy.Form.class)));
    key("learner.rejection-low", Rule.number(0, 1e6));
    key("learner.rejection-high", Rule.positive());
    key("learner.off-policy-veto", Rule.number(0, 0.999));
    key("learner.off-policy-normalize", Rule.flag());
    key("learner.v-trace", Rule.flag());
  }

  private void surroundings() {
    key("evaluation.tasks", Rule.integer(1, 1_000_000));
    key("evaluation.interim-tasks", Rule.integer(1, 1_000_000));
    key("evaluation.every", Rule.integer(0, MANY));
    key("evaluation.temperature", Rule.positive());
    key("evaluation.top-p", Rule.number(1e-6, 1));
    key("evaluation.seed", Rule.integer(0, Long.MAX_VALUE));
    key("evaluation.slots", Rule.integer(1, 65_536));
    key("gateway.host", Rule.text());
    key("gateway.port", Rule.integer(0, 65_535));
    key("gateway.token", Rule.text().orEmpty());
    key("gateway.token-file", Rule.path().orEmpty());
    key("gateway.idle", Rule.duration(Duration.ofMillis(100), Duration.ofDays(7)));
    key("gateway.conversations", Rule.integer(1, 1_000_000));
    key("gateway.waiting", Rule.integer(1, 1_000_000));
    key("admin.host", Rule.text());
    key("admin.port", Rule.integer(0, 65_535));
    key("admin.token", Rule.text().orEmpty());
    key("admin.token-file", Rule.path().orEmpty());
    key("admin.read-token", Rule.text().orEmpty());
    key("admin.read-token-file", Rule.path().orEmpty());
    key("admin.tls-certificate", Rule.path().orEmpty());
    key("admin.tls-key", Rule.path().orEmpty());
    key("admin.allowed-hosts", Rule.text().orEmpty());
    key("admin.missed-heartbeats", Rule.integer(1, 1_000));
    key("admin.no-version-for", Rule.duration(Duration.ofSeconds(1), Duration.ofDays(30)));
    key("admin.lag-records", Rule.integer(1, MANY));
    key("admin.entropy-floor", Rule.positive());
    key("admin.entropy-share", Rule.positive());
    key("admin.max-kl", Rule.positive());
    key("admin.max-log-prob-gap", Rule.positive());
    key("admin.reward-drop", Rule.positive());
    key("admin.dead-letter-share", Rule.positive());
  }

  /** Of a key of the catalogue or of a judge. */
  static Optional<Rule> rule(String key) {
    return Optional.ofNullable(RULES.get(key)).or(() -> JudgeKeys.rule(key));
  }

  static boolean secret(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    boolean counted =
        lower.endsWith("-tokens") || lower.endsWith(".tokens") || lower.endsWith("-file");
    return !counted && SECRET_WORDS.stream().anyMatch(lower::contains);
  }

  /** Constants as configuration writes them: lower case with hyphens. */
  private static List<String> names(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants()).map(ConfigKeys::name).toList();
  }

  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
