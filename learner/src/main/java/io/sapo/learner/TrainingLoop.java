package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointManifest;
import io.sapo.learner.checkpoint.CheckpointWriter;
import io.sapo.learner.checkpoint.Snapshot;
import io.sapo.learner.commit.CreditRecords;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.BatchAssembler;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batch → update → commit → checkpoint, version after version, on the training thread. Uses what it
 * is given and owns none of it.
 */
final class TrainingLoop {

  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final LearnerOptions options;
  private final RunIdentity identity;
  private final TrainingState state;
  private final Update update;
  private final Committer committer;
  private final Republication republication;
  private final CheckpointWriter checkpoints;
  private final Commands commands;
  private final StatusReporter reporter;
  private final BooleanSupplier stopping;
  private final Stopwatch stopwatch = new Stopwatch();
  private Optional<String> newestIsMissed = Optional.empty();

  TrainingLoop(
      LearnerOptions options,
      RunIdentity identity,
      TrainingState state,
      Update update,
      Committer committer,
      Republication republication,
      CheckpointWriter checkpoints,
      Commands commands,
      StatusReporter reporter,
      BooleanSupplier stopping) {
    this.options = options;
    this.identity = identity;
    this.state = state;
    this.update = update;
    this.committer = committer;
    this.republication = republication;
    this.checkpoints = checkpoints;
    this.commands = commands;
    this.reporter = reporter;
    this.stopping = stopping;
  }

  /** Version 0: a checkpoint, which is the reference policy from now on, then the commit. */
  void commitInitialWeights() {
    StateHashes hashes = state.hashes();
    checkpoints.write(snapshot(hashes));
    checkpoints.finish();
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
    while (!stopping.getAsBoolean() && state.version() < options.untilVersion()) {
      Batch batch = batches.next(state.version(), new Interruptions());
      if (batch == null && newestIsMissed.isPresent()) {
        publishAgain(newestIsMissed.get());
        return true;
      }
      if (batch == null) {
        break;
      }
      stopwatch.lap("seconds_wait");
      options.faults().reached(FaultPoint.BATCH_ASSEMBLED);
      Update.Folded folded = update.apply(state, batch);
      stopwatch.lap("seconds_update");
      options.faults().reached(FaultPoint.UPDATE_APPLIED);
      StateHashes hashes = state.hashes();
      WeightVersion committed = commit(batch, folded, hashes);
      stopwatch.lap("seconds_commit");
      if (state.version() % options.checkpoints().every() == 0) {
        checkpoints.write(snapshot(hashes));
      }
      stopwatch.lap("seconds_checkpoint");
      reporter.report(status -> status.committed(committed));
      folded
          .leftOut()
          .ifPresent(why -> log.warn("version {} was left out: {}", committed.getVersion(), why));
      log.info("{}", summary(committed));
    }
    runErrands();
    checkpointNow();
    return false;
  }

  /** A version that is made of nothing, with the weights of the one before. */
  private void publishAgain(String why) {
    newestIsMissed = Optional.empty();
    log.warn("{}: its weights are published again, as version {}", why, state.version() + 1);
    Batch nothing = new Batch(List.of(), standingStill(), new TreeMap<>());
    Update.Folded folded = update.apply(state, nothing);
    WeightVersion committed = commit(nothing, folded, state.hashes());
    reporter.report(status -> status.committed(committed));
  }

  /** Ranges of nothing, where reading is. */
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
        checkpoints.durableVersion());
  }

  /** What may come between two records. */
  private final class Interruptions implements BatchAssembler.Stop {
    @Override
    public boolean requested() throws InterruptedException {
      newestIsMissed = republication.due(state.version());
      return newestIsMissed.isPresent() || stopAfterCommands();
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

  /** Does what operators ask between two records; stays here while training is paused. */
  private boolean stopAfterCommands() throws InterruptedException {
    runErrands();
    Optional<Control> pause = commands.paused();
    if (pause.isEmpty()) {
      return stopping.getAsBoolean();
    }
    reporter.report(
        status -> {
          status.state("paused", "by " + pause.get().getRequestedBy());
          status.answered(pause.get().getCommandId(), "done: paused at version " + state.version());
        });
    while (commands.paused().isPresent() && !stopping.getAsBoolean()) {
      commands.await();
      runErrands();
    }
    reporter.report(status -> status.state("running", ""));
    return stopping.getAsBoolean();
  }

  private void runErrands() {
    Optional<Control> errand;
    while ((errand = commands.nextErrand()).isPresent()) {
      if (errand.get().getAction() == ControlAction.EXPORT) {
        export(errand.get());
      } else {
        checkpoint(errand.get());
      }
    }
  }

  private void checkpoint(Control errand) {
    checkpointNow();
    long durable = checkpoints.durableVersion();
    String outcome =
        durable == state.version()
            ? "done: version %d is a checkpoint".formatted(durable)
            : "refused: version %d is not what was committed; the next one will be"
                .formatted(state.version());
    reporter.report(status -> status.answered(errand.getCommandId(), outcome));
  }

  /** A failed export is for the operator to hear of, not for training to end with. */
  private void export(Control errand) {
    long version = state.version();
    checkpoints
        .export(version, state.actor().weights().tensors())
        .whenComplete(
            (folder, failure) -> {
              if (failure != null) {
                log.error("version {} was not exported", version, failure);
              }
              String outcome =
                  failure == null
                      ? folder.toString()
                      : "failed: " + failure.getCause().getMessage();
              String answer =
                  failure == null
                      ? "done: version %d lies in %s".formatted(version, folder)
                      : outcome;
              reporter.report(
                  status -> {
                    status.exported(outcome);
                    status.answered(errand.getCommandId(), answer);
                  });
            });
  }

  /** A checkpoint of the newest version on disk, if there is none yet. */
  private void checkpointNow() {
    checkpoints.finish();
    if (checkpoints.durableVersion() < state.version() && committer.stateIsAsCommitted()) {
      checkpoints.write(snapshot(state.hashes()));
      checkpoints.finish();
    }
  }

  private Snapshot snapshot(StateHashes hashes) {
    return Snapshot.of(
        new CheckpointManifest(
            identity.runId(),
            state.version(),
            state.klCoefficient(),
            identity.configDigest(),
            hashes),
        state);
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
