package io.sapo.learner;

import io.sapo.learner.fold.TrainingState;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out operators' commands between two records: pause, resume, checkpoint, export. For the
 * training thread.
 */
final class CommandExecutor {
  private static final Logger log = LoggerFactory.getLogger(CommandExecutor.class);

  private final Commands commands;
  private final TrainingState state;
  private final StateSaver saver;
  private final StatusReporter reporter;
  private final BooleanSupplier stopping;
  private final Runnable whilePaused;

  CommandExecutor(
      Commands commands,
      TrainingState state,
      StateSaver saver,
      StatusReporter reporter,
      BooleanSupplier stopping,
      Runnable whilePaused) {
    this.commands = commands;
    this.state = state;
    this.saver = saver;
    this.reporter = reporter;
    this.stopping = stopping;
    this.whilePaused = whilePaused;
  }

  /** Whether the learner has been asked to stop. */
  boolean stopping() {
    return stopping.getAsBoolean();
  }

  /**
   * Carries out what waits, and returns only once training is not paused; then as {@link
   * #stopping}.
   */
  boolean stoppingAfterCommands() throws InterruptedException {
    carryOut();
    Optional<Control> pause = commands.paused();
    if (pause.isEmpty()) {
      return stopping();
    }
    reporter.report(
        status -> {
          status.state("paused", "by " + pause.get().getRequestedBy());
          status.answered(pause.get().getCommandId(), "done: paused at version " + state.version());
        });
    while (commands.paused().isPresent() && !stopping()) {
      commands.await();
      whilePaused.run();
      carryOut();
    }
    reporter.report(status -> status.state("running", ""));
    return stopping();
  }

  /** The checkpoints and exports that have been asked for. */
  void carryOut() {
    Optional<Control> next;
    while ((next = commands.nextErrand()).isPresent()) {
      if (next.get().getAction() == ControlAction.EXPORT) {
        export(next.get());
      } else {
        checkpoint(next.get());
      }
    }
  }

  private void checkpoint(Control command) {
    saver.writeNow();
    long durable = saver.durableVersion();
    String outcome =
        durable == state.version()
            ? "done: version %d is a checkpoint".formatted(durable)
            : "refused: version %d is not what was committed; the next one will be"
                .formatted(state.version());
    reporter.report(status -> status.answered(command.getCommandId(), outcome));
  }

  /** A failed export is for the operator to hear of, not for training to end with. */
  private void export(Control command) {
    long version = state.version();
    saver
        .export()
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
                    status.answered(command.getCommandId(), answer);
                  });
            });
  }
}
