package io.sapo.learner.replay;

import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.recovery.DivergenceException;
import io.sapo.learner.recovery.Refold;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Recomputes a range of versions, from the newest checkpoint before it, and compares hashes. After
 * one that differs, the comparison resumes at the next checkpoint: versions computed from a wrong
 * state say nothing.
 *
 * <p>Where a version's device does not give the same bits each time, hashes cannot agree. Such a
 * version is close when the actor lies within {@link #TOLERANCE} of what was published, and the
 * next one is recomputed from there.
 */
public final class Replay {
  /**
   * Greatest distance that sums in another order account for, as a share of what the updates since
   * the checkpoint moved the actor.
   */
  public static final double TOLERANCE = 0.002;

  /** What came of a version. */
  public enum Verdict {
    EXACT,
    /** Other bits on a device that promises none, within {@link #TOLERANCE}. */
    CLOSE,
    DIFFERS,
    /** Nothing sound leads to it. */
    NOT_REACHED
  }

  /**
   * One version.
   *
   * @param folded null when it was not reached
   * @param distance see {@link Replay}; 0 when exact, null where it was not measured
   * @param message empty when exact
   * @param tensors those that differ
   * @param remarks what could not be compared
   */
  public record Outcome(
      long version,
      Verdict verdict,
      StateHashes committed,
      StateHashes folded,
      Double distance,
      String message,
      List<TensorDifference> tensors,
      List<String> remarks) {

    /** Whether what comes after can be folded from here. */
    boolean sound() {
      return verdict == Verdict.EXACT || verdict == Verdict.CLOSE;
    }
  }

  private final RecordedRun run;
  private final Tensors tensors;

  public Replay(RecordedRun run, PublishedActor published) {
    this.run = run;
    this.tensors = new Tensors(run, published);
  }

  /**
   * @param from first version, at least 1
   * @param to last version, committed
   * @param progress told of each version reached on the way
   * @param each told of each version from {@code from} to {@code to}, in order
   */
  public void run(long from, long to, LongConsumer progress, Consumer<Outcome> each) {
    long next = from;
    while (next <= to) {
      String failure;
      long failed = next;
      try (TrainingState state = run.restore(next - 1, progress)) {
        Refold refold = run.refold();
        WeightVersion origin = origin(next - 1);
        Outcome outcome = null;
        while (next <= to && (outcome == null || outcome.sound())) {
          outcome = fold(refold, state, run.committed().get(next), origin);
          each.accept(outcome);
          progress.accept(next++);
        }
        if (outcome == null || outcome.sound()) {
          return;
        }
        failed = next - 1;
        failure = "version " + failed + " differs, and no checkpoint lies in between";
      } catch (DivergenceException | CheckpointException | IllegalStateException e) {
        failure = e.getMessage();
      }
      OptionalLong sound = checkpointFrom(Math.max(failed, next - 1), to);
      long resumed = sound.isPresent() ? sound.getAsLong() + 1 : to + 1;
      while (next < resumed) {
        each.accept(notReached(run.committed().get(next++), failure));
      }
    }
  }

  private OptionalLong checkpointFrom(long version, long to) {
    return run.checkpoints().versions().stream()
        .mapToLong(Long::longValue)
        .filter(present -> present >= version && present < to)
        .findFirst();
  }

  /** What the fold of the versions behind this one begins with. */
  private WeightVersion origin(long version) {
    long newest =
        run.checkpoints().versions().stream()
            .mapToLong(Long::longValue)
            .filter(present -> present <= version && run.committed().contains(present))
            .max()
            .orElse(version);
    return run.committed().get(newest);
  }

  private Outcome fold(
      Refold refold, TrainingState state, WeightVersion version, WeightVersion origin) {
    try {
      refold.fold(state, version);
      return outcome(version, Verdict.EXACT, state.hashes(), 0.0, "", List.of(), List.of());
    } catch (DivergenceException e) {
      List<String> remarks = new ArrayList<>();
      OptionalDouble distance =
          e.explained()
              ? tensors.distance(state, version, origin, remarks)
              : OptionalDouble.empty();
      Double measured = distance.isPresent() ? distance.getAsDouble() : null;
      if (measured != null && measured <= TOLERANCE) {
        return outcome(
            version, Verdict.CLOSE, state.hashes(), measured, e.getMessage(), List.of(), List.of());
      }
      List<TensorDifference> differences = tensors.differences(state, version, remarks);
      return outcome(
          version, Verdict.DIFFERS, state.hashes(), measured, e.getMessage(), differences, remarks);
    }
  }

  private static Outcome notReached(WeightVersion version, String why) {
    return outcome(version, Verdict.NOT_REACHED, null, null, why, List.of(), List.of());
  }

  private static Outcome outcome(
      WeightVersion version,
      Verdict verdict,
      StateHashes folded,
      Double distance,
      String message,
      List<TensorDifference> differences,
      List<String> remarks) {
    StateHashes committed =
        new StateHashes(
            version.getActorSha256(), version.getCriticSha256(), version.getOptimizerSha256());
    return new Outcome(
        version.getVersion(), verdict, committed, folded, distance, message, differences, remarks);
  }
}
