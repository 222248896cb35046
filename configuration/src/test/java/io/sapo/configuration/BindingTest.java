package io.sapo.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.KlCoefficient;
import io.sapo.learner.algorithm.Preset;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearnerStart;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.verifier.RewardShaping;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BindingTest {
  /** Keys that no module's record carries: the run itself reads them. */
  private static final Set<String> OF_THE_RUN =
      Set.of(
          "run.data",
          "run.updates",
          "run.stop-grace",
          "log.format",
          "broker.port",
          "broker.data",
          "broker.advertised-port",
          "kafka.bootstrap-servers",
          "kafka.replication",
          "model.checkpoint",
          "model.threads",
          "producer.count");

  private static final Map<String, String> OTHER =
      Map.ofEntries(
          Map.entry("run.seed", "2"),
          Map.entry("learner.keep-checkpoints-for", "2d"),
          Map.entry("run.heartbeat", "2s"),
          Map.entry("run.stuck-after", "2m"),
          Map.entry("kafka.topic-prefix", "other."),
          Map.entry("model.device", "gpu1"),
          Map.entry("model.precision", "bf16"),
          Map.entry("model.adapter-rank-stabilized", "true"),
          Map.entry("model.adapter-targets", "q_proj"),
          Map.entry("model.adapter-vision", "true"),
          Map.entry("model.prompt-template", "plain"),
          Map.entry("model.template-settings", "enable_thinking=false"),
          Map.entry("tasks.train", "elsewhere"),
          Map.entry("tasks.instruction", "Be brief."),
          Map.entry("producer.rollouts-per-task", "2"),
          Map.entry("producer.oversampling", "1.5"),
          Map.entry("tasks.curriculum.skip-below", "0.2"),
          Map.entry("tasks.curriculum.skip-above", "0.8"),
          Map.entry("tasks.curriculum.ask-anyway", "0.3"),
          Map.entry("producer.weight-uptake", "drain"),
          Map.entry("producer.engine", "sglang"),
          Map.entry("producer.servers", "http://a:1, http://b:2"),
          Map.entry("producer.server-deadline", "1m"),
          Map.entry("segmentation.strategy", "newline"),
          Map.entry("segmenter.group-deadline", "1m"),
          Map.entry("segmenter.dedup-retention", "2d"),
          Map.entry("algorithm", "ppo"),
          Map.entry("learner.lambda", "0.5"),
          Map.entry("learner.critic-lambda", "0.5"),
          Map.entry("learner.clip-low", "0.1"),
          Map.entry("learner.clip-high", "0.1"),
          Map.entry("learner.dual-clip", "4"),
          Map.entry("learner.advantage-limit", "3"),
          Map.entry("learner.reward-kl", "0.5"),
          Map.entry("learner.loss-kl", "0.5"),
          Map.entry("learner.batch-size", "512"),
          Map.entry("learner.mini-batch-size", "32"),
          Map.entry("learner.value-reading", "segment-end"),
          Map.entry("learner.aggregation", "seq-mean-token-sum"),
          Map.entry("learner.reward-kl-estimator", "k3"),
          Map.entry("learner.loss-kl-estimator", "k2"),
          Map.entry("learner.off-policy", "mask"),
          Map.entry("learner.v-trace", "true"),
          Map.entry("learner.published-type", "bf16"),
          Map.entry("learner.actor.schedule.decay", "cosine"),
          Map.entry("learner.actor.schedule.floor", "1"),
          Map.entry("learner.critic.checkpoint", "elsewhere"),
          Map.entry("learner.critic.schedule.decay", "cosine"),
          Map.entry("learner.critic.schedule.floor", "1"),
          Map.entry("learner.critic-warmup-updates", "3"),
          Map.entry("learner.dynamic-sampling", "3"),
          Map.entry("learner.overlong", "mask"),
          Map.entry("learner.off-policy-scope", "token"),
          Map.entry("learner.off-policy-form", "product"),
          Map.entry("learner.off-policy-normalize", "true"),
          Map.entry("learner.off-policy-veto", "0.1"),
          Map.entry("learner.rejection-scope", "response"),
          Map.entry("learner.rejection-form", "product"),
          Map.entry("learner.rejection-high", "4"),
          Map.entry("segmenter.reward.overlong-tokens", "9"),
          Map.entry("segmenter.reward.overlong-penalty", "0.25"),
          Map.entry("segmenter.reward.think-opened", "true"),
          Map.entry("verifiers.path", "verifiers"),
          Map.entry("segmenter.equality.units", "required"),
          Map.entry("segmenter.equality.percent", "value"),
          Map.entry("segmenter.equality.decimals", "rounded"),
          Map.entry("segmenter.equality.lists", "ordered"),
          Map.entry("learner.off-policy-high", "6"),
          Map.entry("learner.reward-kl-target", "1"),
          Map.entry("kafka.retention", "7d"),
          Map.entry("gateway.host", "localhost"),
          Map.entry("gateway.token", "0123456789abcdef"),
          Map.entry("gateway.idle", "1m"),
          Map.entry("admin.host", "localhost"),
          Map.entry("admin.token", "0123456789abcdef"),
          Map.entry("admin.read-token", "0123456789abcdef"),
          Map.entry("admin.no-version-for", "3m"),
          Map.entry("admin.allowed-hosts", "a,b"));

  /** What else must be set for a key to have a meaning. */
  private static final Map<String, String> CONTEXT =
      Map.ofEntries(
          Map.entry("model.adapter-alpha", "model.adapter-rank=4"),
          Map.entry("model.adapter-rank-stabilized", "model.adapter-rank=4"),
          Map.entry("model.adapter-targets", "model.adapter-rank=4"),
          Map.entry("model.adapter-vision", "model.adapter-rank=4"),
          Map.entry("learner.actor.schedule.decay", "learner.actor.schedule.decay-updates=10"),
          Map.entry("learner.critic.schedule.decay", "learner.critic.schedule.decay-updates=10"),
          Map.entry("learner.dynamic-sampling", "algorithm=grpo"),
          Map.entry("learner.target-entropy", "learner.entropy-bonus=1"),
          Map.entry("learner.rejection-form", "learner.rejection-scope=token"),
          Map.entry("learner.rejection-low", "learner.rejection-scope=token"),
          Map.entry("learner.rejection-high", "learner.rejection-scope=token"),
          Map.entry("segmentation.probability-below", "segmentation.strategy=probability"),
          Map.entry("segmentation.probability-every", "segmentation.strategy=probability"));

  private static Settings settings(String... assignments) {
    ConfigLoader loader = new ConfigLoader();
    for (String assignment : assignments) {
      loader.set(assignment);
    }
    return loader.load();
  }

  /** All that modules are given, as text. */
  private static String bound(Settings settings) {
    Binding binding = new Binding(settings);
    return text(
            binding.learner(),
            binding.learnerOptions(
                Map.of(),
                new Topics("x."),
                "run",
                Path.of("m"),
                Path.of("d"),
                LearnerStart.until(1)))
        + boundElsewhere(settings);
  }

  /** The same of all but the learner. */
  private static String boundElsewhere(Settings settings) {
    Binding binding = new Binding(settings);
    return text(
        binding.producer("p", Path.of("")),
        binding.segmenter(Path.of("s")),
        binding.evaluation(),
        binding.gateway(),
        binding.gatewayLimits(),
        binding.admin("localhost:1"),
        binding.admin("localhost:1").listen());
  }

  private static String text(Object... given) {
    return Stream.of(given)
        .map(Object::toString)
        .map(text -> text.replaceAll("io\\.sapo\\.schemas\\.Topics@\\w+", ""))
        .toList()
        .toString();
  }

  static Set<String> boundKeys() {
    Set<String> keys = new TreeSet<>(ConfigKeys.rules().keySet());
    keys.removeAll(OF_THE_RUN);
    keys.removeAll(List.of("admin.tls-certificate", "admin.tls-key"));
    return keys;
  }

  @Test
  void everyKeyIsRead() {
    Settings settings = settings("model.adapter-rank=4", "learner.rejection-scope=token");
    bound(settings);
    Set<String> unread = new TreeSet<>(ConfigKeys.rules().keySet());
    unread.removeAll(settings.read());
    unread.removeAll(OF_THE_RUN);
    assertThat(unread).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("boundKeys")
  void everyKeyMattersToWhatAModuleIsGiven(String key) {
    String context = CONTEXT.getOrDefault(key, "run.updates=1");
    String other = OTHER.containsKey(key) ? OTHER.get(key) : otherNumber(key);
    assertThat(bound(settings(context, key + "=" + other)))
        .as(key + "=" + other)
        .isNotEqualTo(bound(settings(context)));
  }

  /**
   * What the learner does with records is nothing to those who make them, but for these: how much
   * it reads and how old that may be.
   */
  @Test
  void aKeyOfTheLearnersChangesTheLearnerAlone() {
    Set<String> beyond = new TreeSet<>();
    for (String key : boundKeys()) {
      String context = CONTEXT.getOrDefault(key, "run.updates=1");
      String other = OTHER.containsKey(key) ? OTHER.get(key) : otherNumber(key);
      if (key.startsWith("learner.")
          && !boundElsewhere(settings(context, key + "=" + other))
              .equals(boundElsewhere(settings(context)))) {
        beyond.add(key);
      }
    }
    assertThat(beyond).containsExactly("learner.batch-size", "learner.max-staleness");
    assertThat(boundElsewhere(settings("learner.overlong=penalty")))
        .as("the segmenter lowers the reward")
        .isNotEqualTo(boundElsewhere(settings()));
  }

  /** It has no checkpoint, from which others choose the lengths. */
  @Test
  void aSegmenterNeedsNoLengthForThePenalty() {
    Settings told = settings("algorithm=dapo", "model.max-new-tokens=32");
    Settings untold = settings("algorithm=dapo");
    assertThat(new Binding(told).segmenter(Path.of("")).verifiers())
        .isEqualTo(new Binding(untold).segmenter(Path.of("")).verifiers())
        .extracting(verifiers -> verifiers.shaping().overlongShare())
        .isEqualTo(0.2);
  }

  /** A number that every numeric rule allows, and not the default. */
  private static String otherNumber(String key) {
    String before = settings().values().get(key).text();
    if (!before.contains(".") && !before.contains("e")) {
      return before.equals("3") ? "4" : "3";
    }
    return Double.parseDouble(before) == 0.5 ? "0.25" : "0.5";
  }

  @Test
  void defaultsGoTogetherForEveryAlgorithm() {
    for (String algorithm :
        List.of("sapo", "sapo-token-ratio", "ppo", "vc-ppo", "grpo", "gspo", "rloo")) {
      assertThatCode(() -> new Binding(settings("algorithm=" + algorithm)).check())
          .as(algorithm)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void whatIsLeftEmptyIsAsTheAlgorithmWasPublished() {
    assertThat(new Binding(settings("algorithm=ppo")).learner().algorithm().lambda())
        .isEqualTo(0.95);
    assertThat(new Binding(settings()).learner().algorithm().lambda()).isEqualTo(0.99);
    assertThat(
            new Binding(settings("algorithm=grpo"))
                .producer("p", Path.of(""))
                .rollouts()
                .groupSize())
        .isEqualTo(8);
    assertThat(new Binding(settings()).producer("p", Path.of("")).rollouts().groupSize())
        .isEqualTo(1);
  }

  /** Rewards of its paper are 1 and -1: at the limit a right answer keeps the half of them. */
  @ParameterizedTest
  @CsvSource({"algorithm=dapo", "learner.overlong=penalty"})
  void aRightAnswerAtTheLimitIsBetterThanAWrongOne(String assignment) {
    Binding binding = new Binding(settings(assignment));
    int limit = binding.producer("p", Path.of("")).rollouts().sampling().maxNewTokens();
    RewardShaping shaping = binding.verifiers().shaping();
    assertThat(shaping.shape(1, "", limit, limit, limit).reward()).isEqualTo(0.5);
    assertThat(shaping.shape(0, "", 1, 1, limit).reward()).isZero();
    Binding set = new Binding(settings(assignment, "segmenter.reward.overlong-penalty=1"));
    assertThat(set.verifiers().shaping().shape(1, "", limit, limit, limit).reward()).isZero();
  }

  /** What no key is set to is as published, for every one of them. */
  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void defaultsAreThePreset(Algorithm algorithm) {
    Preset published = algorithm.preset();
    LearnerConfig config = new Binding(settings("algorithm=" + algorithm.configName())).learner();
    assertThat(config.algorithm())
        .isEqualTo(
            published.settings().toBuilder()
                .rewardKl(
                    new KlCoefficient(
                        published.settings().rewardKl().initial(),
                        0,
                        config.algorithm().rewardKl().horizon()))
                .build());
    assertThat(config.batch().dynamicSampling()).isEqualTo(published.dynamicSampling());
    assertThat(config.steps().criticWarmupUpdates()).isEqualTo(published.criticWarmupUpdates());
  }

  @Test
  void producersOfARunShareItsTasks() {
    Binding binding = new Binding(settings());
    assertThat(binding.producer("p", Path.of("")).seed())
        .isEqualTo(binding.producer("q", Path.of("")).seed());
    assertThat(binding.producer("p", Path.of("")).seed())
        .isNotEqualTo(new Binding(settings("run.seed=2")).producer("p", Path.of("")).seed());
  }

  @Test
  void aCriticIsNamedOnlyWhereThereIsOne() {
    assertThatThrownBy(
            () -> new Binding(settings("algorithm=grpo", "learner.critic.checkpoint=mine")).check())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("learner.critic.checkpoint is mine, but grpo has no critic");
    new Binding(settings("algorithm=ppo", "learner.critic.checkpoint=mine")).check();
  }

  /** A printed configuration names every key. */
  @Test
  void whatIsSetToItsDefaultIsNotSet() {
    new Binding(
            settings(
                "learner.rejection-low=0.5",
                "learner.rejection-high=2",
                "learner.rejection-form=mean"))
        .check();
    new Binding(settings("tasks.verifier=gsm8k-steps")).check();
  }

  /** Value pre-training, to export a critic. */
  @Test
  void aCriticMayBeTrainedAloneWhereThatIsSaid() {
    new Binding(settings("algorithm=vc-ppo", "run.updates=50", "learner.critic-warmup-updates=50"))
        .check();
    new Binding(settings("algorithm=vc-ppo", "run.updates=51")).check();
  }

  @Test
  void aGatewaySaysWhereConversationsHaveNoBaseline() {
    for (String algorithm : List.of("grpo", "dapo", "dr-grpo", "gspo", "rloo")) {
      assertThat(new Binding(settings("algorithm=" + algorithm)).gatewayWarning())
          .hasValueSatisfying(
              warning -> assertThat(warning).startsWith("algorithm is " + algorithm + ", which"));
    }
    assertThat(new Binding(settings()).gatewayWarning()).isEmpty();
  }

  /** What the segmenter would refuse, all of it. */
  @Test
  void aGroupIsNoLargerThanTheSegmenterTakes() {
    int most = SegmenterConfig.MAX_GROUP_SIZE;
    String[] batch = {"learner.batch-size=2048", "learner.mini-batch-size=2048"};
    new Binding(settings(batch[0], batch[1], "producer.rollouts-per-task=" + most)).check();
    assertThatThrownBy(
            () -> settings(batch[0], batch[1], "producer.rollouts-per-task=" + (most + 1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("producer.rollouts-per-task");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learner.mini-batch-size=60 | mini-batch-size",
        "learner.actor.schedule.decay=linear | decays until",
        "learner.critic.schedule.decay=linear | decays until",
        "producer.top-p=0.9 | biased",
        "producer.temperature=0 | would refuse every trajectory",
        "learner.max-sequence-tokens=100 | the learner would refuse what is longer",
        "learner.reward-kl-target=0.1 learner.reward-kl-horizon=10 | learner.reward-kl-horizon is 10",
        "producer.top-k=5 | biased",
        "learner.dynamic-sampling=2 | dynamic-sampling",
        "learner.target-entropy=2 | entropy-bonus",
        "producer.rollouts-per-task=600 | group size",
        "algorithm=grpo producer.rollouts-per-task=1 | grpo measures a response against the others",
        "algorithm=vc-ppo run.updates=50 | the policy would never be trained",
        "algorithm=grpo learner.critic-warmup-updates=5 | grpo has no critic",
        "learner.reward-kl=0 learner.reward-kl-target=0.1 | no penalty in the rewards to steer",
        "algorithm=grpo learner.reward-kl-target=0.1 | no penalty in the rewards to steer",
        "algorithm=dapo tasks.verifier=numeric+gsm8k-steps*0.5 | which gives rewards to steps",
        "learner.rejection-low=0.4 | learner.rejection-low is 0.4, but without",
        "learner.rejection-high=3 | learner.rejection-high is 3, but without",
        "learner.rejection-form=product | learner.rejection-form is product, but without",
        "algorithm=rloo tasks.verifier=gsm8k-steps | rloo goes by the outcome of a response alone",
        "algorithm=dapo tasks.verifier=exact+gsm8k-steps*0.5 | which gives rewards to steps",
        "admin.tls-key=key.pem | admin.tls-certificate",
        "learner.off-policy-low=9 | low < high",
        "producer.temperature=0.0001 | producer.temperature is 1.0E-4: the learner trains on",
        "model.max-prompt-tokens=5000 | learner.max-sequence-tokens is 4096, but",
        "producer.engine=vllm | producer.engine is vllm, but producer.servers names no server",
        "producer.servers=http://a:1 | producer.engine is builtin: set it to vllm or sglang",
        "producer.engine=vllm producer.servers=http://a:1,http://a:1 | names a server twice",
        "producer.engine=vllm producer.servers=http://a:1 producer.count=2 | producer.count is 2, but one",
      })
  void settingsThatDoNotGoTogetherAreNamed(String assignment, String message) {
    assertThatThrownBy(() -> new Binding(settings(assignment.split(" "))).check())
        .isInstanceOfSatisfying(
            ConfigException.class,
            wrong -> assertThat(wrong.findings()).singleElement().asString().contains(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learner.off-policy-low=0.1 | off-policy-low is 0.1, which does nothing with learner.off-policy truncate",
        "learner.off-policy-high=3 | off-policy-high is 3,",
        "learner.off-policy=mask learner.off-policy-cap=3 | off-policy-cap is 3, which does nothing with",
        "learner.off-policy=icepop learner.off-policy-cap=3 | off-policy-cap is 3,",
        "learner.off-policy=none learner.off-policy-scope=token | off-policy-scope is token,",
        "learner.off-policy=off learner.off-policy-form=product | off-policy-form is product,",
        "learner.off-policy=none learner.off-policy-normalize=true | off-policy-normalize is true,",
        "learner.overlong=penalty segmenter.reward.overlong-tokens=0 | no response is punished",
        "segmenter.reward.overlong-penalty=1 | segmenter.reward.overlong-penalty is 1, but there is none",
        "algorithm=grpo learner.advantage-limit=3 | grpo whitens no advantages",
      })
  void settingsThatDoNothingAreSaid(String assignment, String message) {
    Binding binding = new Binding(settings(assignment.split(" "))).check();
    assertThat(binding.warnings()).singleElement().asString().contains(message);
  }

  @Test
  void settingsThatDoSomethingAreNotSaid() {
    for (String assignment :
        List.of(
            "learner.off-policy-cap=3 learner.off-policy-scope=token learner.off-policy-form=product",
            "learner.off-policy=mask learner.off-policy-low=0.1 learner.off-policy-high=3",
            "learner.off-policy=none learner.off-policy-normalize=true learner.off-policy-veto=0.1",
            "learner.off-policy=none learner.off-policy-cap=2",
            "algorithm=dapo segmenter.reward.overlong-penalty=1",
            "algorithm=dapo segmenter.reward.overlong-tokens=0",
            "learner.overlong=penalty")) {
      assertThat(new Binding(settings(assignment.split(" "))).check().warnings())
          .as(assignment)
          .isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tasks.verifier=boxed_math | tasks.verifier is boxed_math, which is no verifier here; known are boxed-math,",
        "tasks.verifier=gsm8k*0.9+forma*0.1 | format, geo3k",
      })
  void aVerifierThatNobodyKnowsIsNamedWhereResponsesAreJudged(String assignment, String message) {
    Binding binding = new Binding(settings(assignment)).check();
    assertThatThrownBy(binding::checkVerifier)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }
}
