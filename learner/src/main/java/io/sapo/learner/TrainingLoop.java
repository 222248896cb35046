package io.sapo.learner;

import io.sapo.learner.commit.CreditRecords;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.BatchAssembler;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batch → update → commit → checkpoint, version after version, on the training thread. Uses what it
 * is given and owns none of it.
 */
final class TrainingLoop {

  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final LearnerOptions options;
  private final TrainingState state;
  private final Update update;
  private final Committer committer;
  private final Republication republication;
  private final StateSaver saver;
  private final CommandExecutor commands;
  private final StatusReporter reporter;
  private final Stopwatch stopwatch = new Stopwatch();
  private Optional<String> newestIsMissed = Optional.empty();

  TrainingLoop(
      LearnerOptions options,
      TrainingState state,
      Update update,
      Committer committer,
      Republication republication,
      StateSaver saver,
      CommandExecutor commands,
      StatusReporter reporter) {
    this.options = options;
    this.state = state;
    this.update = update;
    this.committer = committer;
    this.republication = republication;
    this.saver = saver;
    this.commands = commands;
    this.reporter = reporter;
  }

  /** Version 0: a checkpoint, which is the reference policy from now on, then the commit. */
  void commitInitialWeights() {
    StateHashes hashes = state.hashes();
    saver.write(hashes);
    saver.finish();
    WeightVersion committed =
        committer.commit(
            state,
            hashes,
            Batch.NONE,
            new TreeMap<>(),
            List.of(),
            Optional.empty(),
            state.version());
    reporter.report(status -> status.committed(committed));
  }

  /**
   * Trains until asked to stop or the last version wanted, and leaves a checkpoint.
   *
   * @return whether to go on with batches that begin where the state is: records that were read for
   *     the next one have been put back
   */
  boolean run(BatchAssembler batches) throws InterruptedException {
    reporter.report(status -> status.state("running", ""));
    while (!commands.stopping() && state.version() < options.start().untilVersion()) {
      Batch batch = batches.next(state.version(), new Interruptions());
      if (batch == null && newestIsMissed.isPresent()) {
        publishAgain(newestIsMissed.get());
        return true;
      }
      if (batch == null) {
        break;
      }
      stopwatch.lap("seconds_wait");
      options.start().faults().reached(FaultPoint.BATCH_ASSEMBLED);
      Update.Folded folded = update.apply(state, batch);
      stopwatch.lap("seconds_update");
      options.start().faults().reached(FaultPoint.UPDATE_APPLIED);
      StateHashes hashes = state.hashes();
      WeightVersion committed = commit(batch, folded, hashes);
      stopwatch.lap("seconds_commit");
      saveWhereDue(hashes);
      stopwatch.lap("seconds_checkpoint");
      reporter.report(status -> status.committed(committed));
      folded
          .leftOut()
          .ifPresent(
              why ->
                  log.warn(
                      "the update to version {}, or the rest of it, was skipped: {}",
                      committed.getVersion(),
                      why));
      log.info("{}", summary(committed));
    }
    commands.carryOut();
    saver.writeNow();
    return false;
  }

  /** An empty update: a version with the weights of the one before. */
  private void publishAgain(String why) {
    newestIsMissed = Optional.empty();
    log.warn("{}: its weights are published again, as version {}", why, state.version() + 1);
    Batch nothing = new Batch(List.of(), standingStill(), new TreeMap<>());
    Update.Folded folded = update.apply(state, nothing);
    StateHashes hashes = state.hashes();
    WeightVersion committed = commit(nothing, folded, hashes);
    saveWhereDue(hashes);
    reporter.report(status -> status.committed(committed));
  }

  private void saveWhereDue(StateHashes hashes) {
    if (state.version() % options.checkpoints().every() == 0) {
      saver.write(hashes);
    }
  }

  /** Empty ranges at the positions read so far. */
  private List<InputRange> standingStill() {
    List<InputRange> ranges = new ArrayList<>();
    state
        .progress()
        .positions()
        .forEach((partition, at) -> ranges.add(new InputRange(partition, at, at, 0, List.of())));
    return ranges;
  }

  private WeightVersion commit(Batch batch, Update.Folded folded, StateHashes hashes) {
    SortedMap<String, Double> metrics = stopwatch.addedTo(folded.report().metrics());
    return committer.commit(
        state,
        hashes,
        batch,
        metrics,
        CreditRecords.of(state.version(), batch.examples(), folded.credits()),
        folded.leftOut(),
        saver.durableVersion());
  }

  /** What may come between two records. */
  private final class Interruptions implements BatchAssembler.Stop {
    @Override
    public boolean requested() throws InterruptedException {
      newestIsMissed = republication.due(state.version());
      committer.keepAlive(state);
      return newestIsMissed.isPresent() || commands.stoppingAfterCommands();
    }

    @Override
    public void future() {
      committer.checkStanding(state);
    }

    @Override
    public void assembling(BatchAssembler.Assembling now) {
      reporter.report(status -> status.assembling(now));
    }
  }

  private static String summary(WeightVersion version) {
    Map<String, Double> m = version.getMetrics();
    return "version %d: reward %.3f, accuracy %.3f, entropy %.3f, %.0f tokens/s, %d trained and %d skipped so far"
        .formatted(
            version.getVersion(),
            m.getOrDefault("reward", Double.NaN),
            m.getOrDefault("accuracy", Double.NaN),
            m.getOrDefault("entropy", Double.NaN),
            m.get("tokens_per_second"),
            version.getTrainedTotal(),
            version.getConsumedTotal() - version.getTrainedTotal());
  }
}
