package io.sapo.learner.fold;

import io.sapo.learner.algorithm.Experience;
import io.sapo.learner.algorithm.GroupBaselines;
import io.sapo.learner.algorithm.MiniBatch;
import io.sapo.learner.algorithm.Overlong;
import io.sapo.learner.algorithm.Segmentation;
import io.sapo.learner.algorithm.Targets;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.training.ActivationMemory;
import io.sapo.policy.training.NonFiniteGradientException;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of the fold (SAPO, section 5): scores under the weights at the start → targets → for
 * each mini-batch a policy step and a critic step. An update of a single step scores its batch in
 * the forward passes that the step differentiates.
 *
 * <p>The result is a function of state, batch and config, to the last bit on a CPU with a fixed
 * number of threads. For one thread at a time.
 */
public final class Update {

  private static final Logger log = LoggerFactory.getLogger(Update.class);
  private static final long DEFAULT_ACTIVATION_BYTES = 1L << 30;
  private static final int MAX_REASON_CHARS = 500;

  private final LearnerConfig config;
  private final Networks networks;
  private final LongSupplier nanoTime;
  private final long activationBytes;
  private final Runnable beforeStep;

  /** As the other constructor, with a gigabyte of activations and nobody to wait for. */
  public Update(LearnerConfig config, Networks networks, LongSupplier nanoTime) {
    this(config, networks, nanoTime, DEFAULT_ACTIVATION_BYTES, () -> {});
  }

  /**
   * @param networks stay the caller's
   * @param nanoTime looked at for the report only
   * @param activationBytes activations that may be kept for the backward pass; decides time, not
   *     bits
   * @param beforeStep called before an optimizer changes the state: whoever reads it must have
   *     finished
   */
  public Update(
      LearnerConfig config,
      Networks networks,
      LongSupplier nanoTime,
      long activationBytes,
      Runnable beforeStep) {
    this.config = config;
    this.networks = networks;
    this.nanoTime = nanoTime;
    this.activationBytes = activationBytes;
    this.beforeStep = beforeStep;
  }

  /** That may be kept for the backward pass. */
  public long activationBytes() {
    return activationBytes;
  }

  /**
   * Moves the state one version on. On NaN or infinity in a network or gradient, or a record that
   * cannot be computed although it was admitted, the rest of the update is skipped, and replay
   * skips the same. Failures that may be the machine's (memory, disk, the native library) are
   * thrown, see {@link Blame}.
   */
  public Folded apply(TrainingState state, Batch batch) {
    if (batch.examples().isEmpty()) {
      return again(state, batch);
    }
    Metrics metrics = new Metrics(nanoTime);
    try {
      return fold(state, batch, metrics);
    } catch (NotSettledException e) {
      throw e.failure();
    } catch (NonFiniteException | NonFiniteGradientException e) {
      return leaveOut(state, batch, metrics, e.getMessage());
    } catch (RuntimeException e) {
      if (!Blame.isOfBatch(e)) {
        throw e;
      }
      log.error("the batch of version {} cannot be computed with", state.version() + 1, e);
      String reason = "the batch cannot be computed with: " + e;
      return leaveOut(
          state, batch, metrics, reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS)));
    }
  }

  /** An empty update: the same weights under the next version, to publish them again. */
  private static Folded again(TrainingState state, Batch batch) {
    SortedMap<String, Double> metrics = new TreeMap<>();
    metrics.put(Metrics.PUBLISHED_AGAIN, 1.0);
    UpdateReport report = new UpdateReport(state.version() + 1, metrics);
    state.advance(state.klCoefficient(), advanced(state.progress(), batch));
    return new Folded(report, null, Optional.empty());
  }

  private Folded leaveOut(TrainingState state, Batch batch, Metrics metrics, String reason) {
    state.actor().discardGradients();
    if (state.critic() != null) {
      state.critic().discardGradients();
    }
    metrics.describeLeftOut(batch, state.version());
    UpdateReport report = new UpdateReport(state.version() + 1, metrics.finish());
    state.advance(state.klCoefficient(), advanced(state.progress(), batch));
    return new Folded(report, null, Optional.of(reason));
  }

  private Folded fold(TrainingState state, Batch batch, Metrics metrics) {
    List<TrainingExample> examples = batch.examples();
    long version = state.version();
    TokenAxis axis = TokenAxis.of(examples, config.algorithm().overlong() == Overlong.BOOTSTRAP);

    boolean oneStep = config.steps().oneStep(examples.size());
    boolean policyTrains = policyTrains(state, version);
    ActivationMemory memory = new ActivationMemory(state.actor().weights().config());
    try (Passes passes = new Passes(memory, activationBytes, beforeStep)) {
      BatchScores scores =
          BatchScores.of(
              networks, state, axis, plan(examples, all(examples)), passes, oneStep, policyTrains);
      metrics.phase("score");
      Experience experience = experience(axis, scores);
      Targets targets = Targets.of(config.algorithm(), experience, state.klCoefficient());
      metrics.phase("targets");

      double[] trainedLogProbs = policyTrains ? scores.logProbs().clone() : null;
      for (int epoch = 0; epoch < config.steps().epochs(); epoch++) {
        int[] order =
            oneStep ? all(examples) : Shuffle.rows(examples.size(), config.seed(), version, epoch);
        for (int start = 0; start < order.length; start += config.steps().miniBatchSize()) {
          int end = Math.min(order.length, start + config.steps().miniBatchSize());
          int[] rows = Arrays.copyOfRange(order, start, end);
          step(state, axis, targets, rows, trainedLogProbs, passes, metrics);
        }
      }
      passes.count().report(metrics, examples.size());
      return finish(state, batch, metrics, experience, scores, targets, trainedLogProbs);
    }
  }

  /** An optimizer step of each network on one mini-batch, where it has anything to train on. */
  private void step(
      TrainingState state,
      TokenAxis axis,
      Targets targets,
      int[] rows,
      double[] trainedLogProbs,
      Passes passes,
      Metrics metrics) {
    TokenAxis miniAxis = axis.select(rows);
    MiniBatch mini = targets.miniBatch(rows);
    List<int[]> micro = plan(miniAxis.examples(), all(miniAxis.examples()));
    // Without anything to train on, a step would move weights by momentum and decay alone.
    boolean anyway = config.byEarlierFormulas();
    if (trainedLogProbs != null && (anyway || mini.trainsPolicy())) {
      long update = config.actorUpdate(state.version());
      Steps.PolicyOutcome outcome =
          Steps.policy(state.actor(), miniAxis, mini, micro, config.actor(), update, passes);
      axis.place(rows, outcome.logProbs(), trainedLogProbs);
      metrics.add(outcome);
      metrics.phase("policy");
    }
    if (state.critic() != null && (anyway || mini.trainsCritic())) {
      metrics.add(
          Steps.value(
              state.critic(), miniAxis, mini, micro, config.critic(), state.version(), passes));
      metrics.phase("value");
    }
  }

  private Folded finish(
      TrainingState state,
      Batch batch,
      Metrics metrics,
      Experience experience,
      BatchScores scores,
      Targets targets,
      double[] trainedLogProbs) {
    long version = state.version();
    double referenceKl = metrics.describe(batch, version, experience, scores, targets);
    metrics.put("kl_coefficient", state.klCoefficient());
    metrics.put(
        "learning_rate_factor", config.actor().schedule().factor(config.actorUpdate(version)));
    Folded folded =
        new Folded(
            new UpdateReport(version + 1, metrics.finish()),
            SegmentCredits.of(experience, targets, trainedLogProbs),
            Optional.empty());
    // Last: whatever throws before it leaves the update out, which advances by itself.
    state.advance(
        config
            .algorithm()
            .rewardKl()
            .next(state.klCoefficient(), referenceKl, targets.keptRows().length),
        advanced(state.progress(), batch));
    return folded;
  }

  /**
   * What an update gives besides the next state.
   *
   * @param credits null where the whole update was skipped
   * @param leftOut why it was skipped, or the rest of it
   */
  public record Folded(UpdateReport report, SegmentCredits credits, Optional<String> leftOut) {}

  private boolean policyTrains(TrainingState state, long version) {
    return state.critic() == null || version >= config.steps().criticWarmupUpdates();
  }

  private List<int[]> plan(List<TrainingExample> examples, int[] rows) {
    return MicroBatches.plan(examples, rows, config.steps().microBatchTokens());
  }

  private static int[] all(List<TrainingExample> examples) {
    return IntStream.range(0, examples.size()).toArray();
  }

  private Experience experience(TokenAxis axis, BatchScores scores) {
    List<TrainingExample> examples = axis.examples();
    int rows = examples.size();
    int[][] ends = new int[rows][];
    double[] outcome = new double[rows];
    int[] sizes = new int[rows];
    int[] counts = new int[rows];
    double[] means = new double[rows];
    double[] deviations = new double[rows];
    boolean[] cutOff = new boolean[rows];
    int[] limits = new int[rows];
    for (int row = 0; row < rows; row++) {
      TrainingExample example = examples.get(row);
      ends[row] = example.trained().segmentEnds();
      outcome[row] = example.outcome();
      counts[row] = example.group().count();
      // A response left over from its group kept its reward under earlier formulas.
      sizes[row] = config.byEarlierFormulas() ? counts[row] : example.group().size();
      means[row] = example.group().mean();
      deviations[row] = example.group().deviation();
      cutOff[row] = example.sampled().cutOff();
      limits[row] = example.sampled().limit();
    }
    return new Experience(
        Segmentation.of(axis.trained(), ends),
        new Experience.Responses(
            outcome,
            concatenated(
                examples.stream().map(example -> example.trained().segmentRewards()).toList()),
            new GroupBaselines(sizes, counts, means, deviations),
            cutOff,
            limits),
        new Experience.Scores(
            concatenated(examples.stream().map(example -> example.trained().logProbs()).toList()),
            scores.logProbs(),
            scores.refLogProbs(),
            scores.entropies(),
            scores.values(),
            scores.tailValues()));
  }

  private static double[] concatenated(List<double[]> rows) {
    return rows.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static Progress advanced(Progress progress, Batch batch) {
    SortedMap<Integer, Long> positions = new TreeMap<>(progress.positions());
    long consumed = 0;
    for (InputRange range : batch.ranges()) {
      positions.put(range.getPartition(), range.getTo());
      consumed += range.getTrained() + InputRanges.skipped(range);
    }
    SortedMap<Integer, Long> sources = new TreeMap<>(progress.trajectoryPositions());
    batch
        .trajectoryPositions()
        .forEach((partition, next) -> sources.merge(partition, next, Math::max));
    return new Progress(
        progress.version() + 1,
        positions,
        sources,
        progress.consumedTotal() + consumed,
        progress.trainedTotal() + batch.examples().size());
  }
}
