package io.sapo.learner.fold;

import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.input.Admission;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.BatchAssembler;
import io.sapo.learner.input.BatchRules;
import io.sapo.learner.input.Position;
import io.sapo.learner.input.TrainingExample;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Folds recorded trajectories without a broker; as a program, prints the hashes it ends with. */
public final class FoldProbe {

  private FoldProbe() {}

  public static void main(String[] arguments) throws InterruptedException {
    int updates = Integer.parseInt(arguments[0]);
    LearnerConfig config = TinyRun.config(Algorithm.ofName(arguments[1]));
    StateHashes hashes =
        fold(
            config,
            TinyRun.trajectories(updates, config.batch().size(), 3),
            updates,
            (state, reports) -> state.hashes());
    System.out.println(hashes);
  }

  /**
   * @param look at the state after the last update and at all reports
   */
  static <T> T fold(
      LearnerConfig config,
      List<SegmentedTrajectory> records,
      int updates,
      BiFunction<TrainingState, List<UpdateReport>, T> look)
      throws InterruptedException {
    return fold(config, records, updates, 1 << 20, look);
  }

  /**
   * @param activationBytes of forward passes that may be kept
   */
  static <T> T fold(
      LearnerConfig config,
      List<SegmentedTrajectory> records,
      int updates,
      long activationBytes,
      BiFunction<TrainingState, List<UpdateReport>, T> look)
      throws InterruptedException {
    return fold(config, records, updates, activationBytes, batch -> batch, look);
  }

  /**
   * @param change what becomes of each batch behind admission
   */
  static <T> T fold(
      LearnerConfig config,
      List<SegmentedTrajectory> records,
      int updates,
      long activationBytes,
      UnaryOperator<Batch> change,
      BiFunction<TrainingState, List<UpdateReport>, T> look)
      throws InterruptedException {
    try (TrainingState state = TrainingState.initial(TinyRun.weights(), config.algorithm());
        Networks networks = Networks.load(TinyRun.base(), config.algorithm().usesCritic())) {
      Update update = new Update(config, networks, () -> 0, activationBytes, () -> {});
      BatchAssembler batches = assembler(config, records);
      List<UpdateReport> reports = new ArrayList<>();
      for (int i = 0; i < updates; i++) {
        Batch batch = batches.next(state.version(), () -> false);
        reports.add(update.apply(state, change.apply(batch)).report());
      }
      return look.apply(state, reports);
    }
  }

  static List<TrainingExample> examples(LearnerConfig config, List<SegmentedTrajectory> records) {
    Admission admission = new Admission(TinyRun.model(), null, config.batch().maxSequenceTokens());
    RecordCodec<SegmentedTrajectory> codec = RecordCodec.of(SegmentedTrajectory.class);
    return records.stream()
        .map(record -> admission.admit(new Position(0, 0), codec.encode(record)).example())
        .toList();
  }

  static BatchAssembler assembler(LearnerConfig config, List<SegmentedTrajectory> records) {
    Admission admission = new Admission(TinyRun.model(), null, config.batch().maxSequenceTokens());
    RecordCodec<SegmentedTrajectory> codec = RecordCodec.of(SegmentedTrajectory.class);
    Iterator<SegmentedTrajectory> log = records.iterator();
    long[] offset = {0};
    return new BatchAssembler(
        () -> admission.admit(new Position(0, offset[0]++), codec.encode(log.next())),
        BatchRules.of(config),
        TinyRun.positions(0));
  }
}
