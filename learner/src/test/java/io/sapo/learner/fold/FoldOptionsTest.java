package io.sapo.learner.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.ChangedConfig;
import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.KlCoefficient;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.LearningRateSchedule.Decay;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.learner.config.StepSettings;
import io.sapo.policy.training.AdamWConfig;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Switching what an update is made of, besides the algorithm's own settings, changes the network it
 * is meant for and not a bit of the other; what a batch is trained towards stays as it was.
 */
class FoldOptionsTest {

  /** What an update leaves behind. */
  enum Part {
    ACTOR,
    CRITIC
  }

  /** Scores and targets of a batch, before any step. */
  private static final List<String> BEFORE_ANY_STEP =
      List.of("entropy", "explained_variance", "kl_reference", "off_policy_weight", "value");

  /** What most cases begin with is folded once. */
  private static final Map<Folded, Outcome> FOLDED = new HashMap<>();

  private static final LearnerConfig GRPO = TinyRun.config(Algorithm.GRPO);

  /** Without a KL penalty in the rewards the critic's returns do not depend on the actor. */
  private static final LearnerConfig SAPO = withoutRewardKl(TinyRun.config(Algorithm.SAPO));

  private static LearnerConfig withoutRewardKl(LearnerConfig c) {
    return ChangedConfig.algorithm(
        c, c.algorithm().toBuilder().rewardKl(KlCoefficient.fixed(0)).build());
  }

  private static UnaryOperator<LearnerConfig> steps(UnaryOperator<StepSettings> change) {
    return c -> ChangedConfig.steps(c, change.apply(c.steps()));
  }

  private static UnaryOperator<LearnerConfig> miniBatch(int size) {
    return steps(
        s -> new StepSettings(size, s.microBatchTokens(), s.epochs(), s.criticWarmupUpdates()));
  }

  private static UnaryOperator<LearnerConfig> epochs(int epochs) {
    return steps(
        s ->
            new StepSettings(
                s.miniBatchSize(), s.microBatchTokens(), epochs, s.criticWarmupUpdates()));
  }

  private static UnaryOperator<LearnerConfig> criticWarmup(int updates) {
    return steps(
        s -> new StepSettings(s.miniBatchSize(), s.microBatchTokens(), s.epochs(), updates));
  }

  private static UnaryOperator<LearnerConfig> actor(UnaryOperator<OptimizerSettings> change) {
    return c -> ChangedConfig.optimizers(c, change.apply(c.actor()), c.critic());
  }

  private static UnaryOperator<LearnerConfig> critic(UnaryOperator<OptimizerSettings> change) {
    return c -> ChangedConfig.optimizers(c, c.actor(), change.apply(c.critic()));
  }

  private static UnaryOperator<LearnerConfig> seed(long seed) {
    return c -> ChangedConfig.seed(c, seed);
  }

  /**
   * One switch.
   *
   * @param actorUpdates how many updates later the actor is looked at: what changes the critic
   *     shows in the actor by the second
   */
  record Case(
      String name,
      LearnerConfig before,
      UnaryOperator<LearnerConfig> change,
      int actorUpdates,
      Set<Part> changes) {
    LearnerConfig after() {
      return change.apply(before);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final Map<String, UnaryOperator<OptimizerSettings>> OF_AN_OPTIMIZER =
      new TreeMap<>(
          Map.of(
              "learning-rate",
              o -> new OptimizerSettings(1e-3, o.adam(), o.maxGradNorm(), o.schedule()),
              "max-grad-norm",
              o -> new OptimizerSettings(o.learningRate(), o.adam(), 1e-3, o.schedule()),
              "beta1",
              o -> adam(o, new AdamWConfig(0.8, 0.999, 1e-8, 0.01)),
              "beta2",
              o -> adam(o, new AdamWConfig(0.9, 0.99, 1e-8, 0.01)),
              "epsilon",
              o -> adam(o, new AdamWConfig(0.9, 0.999, 1e-4, 0.01)),
              "weight-decay",
              o -> adam(o, new AdamWConfig(0.9, 0.999, 1e-8, 0.1)),
              "schedule.warmup-updates",
              o -> scheduled(o, new LearningRateSchedule(2, Decay.CONSTANT, 0, 1)),
              "schedule.decay",
              o -> scheduled(o, new LearningRateSchedule(0, Decay.COSINE, 4, 0))));

  private static OptimizerSettings adam(OptimizerSettings o, AdamWConfig adam) {
    return new OptimizerSettings(o.learningRate(), adam, o.maxGradNorm(), o.schedule());
  }

  private static OptimizerSettings scheduled(OptimizerSettings o, LearningRateSchedule schedule) {
    return new OptimizerSettings(o.learningRate(), o.adam(), o.maxGradNorm(), schedule);
  }

  static List<Case> cases() {
    Set<Part> both = EnumSet.allOf(Part.class);
    Set<Part> none = EnumSet.noneOf(Part.class);
    LearnerConfig oneStep = miniBatch(SAPO.batch().size()).apply(SAPO);
    List<Case> cases = new ArrayList<>();
    cases.add(new Case("mini-batch-size", SAPO, miniBatch(2), 2, both));
    cases.add(new Case("epochs", SAPO, epochs(2), 2, both));
    cases.add(new Case("seed", SAPO, seed(8), 2, both));
    cases.add(new Case("seed of a batch in one step", oneStep, seed(8), 2, none));
    cases.add(new Case("critic-warmup-updates", SAPO, criticWarmup(1), 2, Set.of(Part.ACTOR)));
    OF_AN_OPTIMIZER.forEach(
        (name, change) -> {
          cases.add(new Case("actor." + name, SAPO, actor(change), 2, Set.of(Part.ACTOR)));
          cases.add(new Case("critic." + name, SAPO, critic(change), 1, Set.of(Part.CRITIC)));
        });
    cases.add(new Case("critic-warmup-updates, no critic", GRPO, criticWarmup(1), 2, none));
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anOptionChangesTheNetworkItIsMeantFor(Case c) throws InterruptedException {
    Set<Part> changed = EnumSet.noneOf(Part.class);
    if (!fold(c.before(), c.actorUpdates())
        .hashes()
        .actor()
        .equals(fold(c.after(), c.actorUpdates()).hashes().actor())) {
      changed.add(Part.ACTOR);
    }
    Outcome before = fold(c.before(), 2);
    Outcome after = fold(c.after(), 2);
    if (!Objects.equals(before.hashes().critic(), after.hashes().critic())) {
      changed.add(Part.CRITIC);
    }
    assertThat(changed).isEqualTo(c.changes());
    for (String metric : BEFORE_ANY_STEP) {
      assertThat(after.first().metrics().get(metric))
          .as(metric)
          .isEqualTo(before.first().metrics().get(metric));
    }
  }

  /** Value pre-training: the actor stands still for so many updates and no longer. */
  @Test
  void theActorWaitsForItsCritic() throws InterruptedException {
    LearnerConfig two = criticWarmup(2).apply(SAPO);
    String start = fold(two, 0).hashes().actor();
    assertThat(fold(two, 2).hashes().actor()).isEqualTo(start);
    assertThat(fold(two, 3).hashes().actor()).isNotEqualTo(start);
    assertThat(fold(two, 1).first().metrics())
        .containsKey("value_loss")
        .doesNotContainKey("policy_loss");
  }

  /** The actor's schedule begins when the actor does. */
  @Test
  void theActorWarmsUpOnceItIsTrained() throws InterruptedException {
    LearnerConfig waiting =
        actor(o -> scheduled(o, new LearningRateSchedule(2, Decay.CONSTANT, 0, 1)))
            .apply(criticWarmup(3).apply(SAPO));
    List<Double> factors =
        FoldProbe.fold(
            waiting,
            TinyRun.trajectories(5, waiting.batch().size(), 3),
            5,
            (state, reports) ->
                reports.stream().map(r -> r.metrics().get("learning_rate_factor")).toList());
    assertThat(factors).containsExactly(0.5, 0.5, 0.5, 0.5, 1.0);
  }

  /**
   * @param first report; null before there is one
   */
  private record Outcome(StateHashes hashes, UpdateReport first) {}

  private static Outcome fold(LearnerConfig config, int updates) throws InterruptedException {
    Folded asked = new Folded(config, updates);
    Outcome outcome = FOLDED.get(asked);
    if (outcome == null) {
      outcome =
          FoldProbe.fold(
              config,
              TinyRun.trajectories(3, config.batch().size(), 3),
              updates,
              (state, reports) ->
                  new Outcome(state.hashes(), reports.isEmpty() ? null : reports.get(0)));
      FOLDED.put(asked, outcome);
    }
    return outcome;
  }

  private record Folded(LearnerConfig config, int updates) {}
}
