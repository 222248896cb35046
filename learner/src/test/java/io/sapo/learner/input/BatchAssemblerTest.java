package io.sapo.learner.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TinyRun;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.TaskOutcome;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BatchAssemblerTest {

  private static final RecordCodec<SegmentedTrajectory> CODEC =
      RecordCodec.of(SegmentedTrajectory.class);

  private final Admission admission = new Admission(TinyRun.model(), null, 64);
  private final Queue<InputRecord> log = new ArrayDeque<>();
  private final Random random = new Random(4);

  private void arrive(int partition, long offset, long version) {
    SegmentedTrajectory record = TinyRun.trajectory((int) offset, version, random);
    log.add(admission.admit(new Position(partition, offset), CODEC.encode(record)));
  }

  private BatchAssembler assembler(int batchSize) {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    positions.put(0, 10L);
    positions.put(1, 20L);
    return new BatchAssembler(log::remove, new BatchRules(batchSize, 1, 0, true), positions);
  }

  @Test
  void ofSeveralPartitionsTheRangesDecideAndNotTheOrderOfArrival() throws InterruptedException {
    arrive(1, 20, 0);
    arrive(0, 10, 0);
    arrive(1, 23, 0);
    arrive(0, 11, 0);
    Batch batch = assembler(3).next(0, () -> false);
    assertThat(batch.examples())
        .extracting(example -> example.origin().position())
        .containsExactly(new Position(0, 10), new Position(1, 20), new Position(1, 23));
    assertThat(batch.ranges()).extracting(InputRange::getFrom).containsExactly(10L, 20L);
    assertThat(batch.ranges()).extracting(InputRange::getTo).containsExactly(11L, 24L);
    assertThat(log).hasSize(1);
  }

  @Test
  void aBatchEndsWithItsLastTrainedRecordSoThatLaterSkipsBelongToTheNext()
      throws InterruptedException {
    arrive(0, 10, 5);
    log.add(admission.admit(new Position(0, 11), new byte[3]));
    arrive(0, 12, 3);
    BatchAssembler assembler = assembler(1);
    assertThat(assembler.next(5, () -> false).ranges().get(0).getSkipped()).isEmpty();
    arrive(0, 13, 6);
    InputRange second = assembler.next(6, () -> false).ranges().get(0);
    assertThat(second.getFrom()).isEqualTo(11);
    assertThat(second.getTo()).isEqualTo(14);
    assertThat(second.getTrained()).isEqualTo(1);
    assertThat(second.getSkipped())
        .extracting(skipped -> skipped.getReason().split(":")[0])
        .containsExactly("not-a-record", "stale");
  }

  @Test
  void aStopLeavesThePartOfABatchUnconsumed() throws InterruptedException {
    arrive(0, 10, 0);
    BatchAssembler assembler = assembler(2);
    assertThat(assembler.next(0, log::isEmpty)).isNull();
  }

  /** Nine groups in ten have no signal, as with tasks that are all too easy or too hard. */
  private void arriveGroups(int groups, long version) {
    int first = 10 + log.size();
    for (int i = 0; i < 4 * groups; i++) {
      SegmentedTrajectory record = TinyRun.trajectory(i, version, random);
      record.setGroupStd(i / 4 % 10 == 3 ? 0.25 : 1e-17);
      log.add(admission.admit(new Position(0, first + i), CODEC.encode(record)));
    }
  }

  private BatchAssembler sampling(int batchSize, int mostDropped) {
    return new BatchAssembler(
        log::remove, new BatchRules(batchSize, 1, mostDropped, true), TinyRun.positions(10));
  }

  @Test
  void groupsWithoutSignalAreDroppedAndOthersTakeTheirPlace() throws InterruptedException {
    arriveGroups(40, 0);
    Batch batch = sampling(8, 1_000).next(0, () -> false);
    assertThat(batch.examples()).hasSize(8).noneMatch(BatchRules::withoutSignal);
    assertThat(batch.withoutSignal()).isEqualTo(4 * (3 + 9));
    assertThat(batch.ranges().get(0).getSkipped())
        .as("neighbours are one entry of the commit record")
        .hasSize(2);
    log.clear();
    arriveGroups(40, 0);
    assertThat(sampling(8, 1_000).next(0, () -> false).ranges())
        .as("the log alone decides")
        .isEqualTo(batch.ranges());
  }

  /** Of what is trained on and of what has no signal; what is stale says nothing of the policy. */
  @Test
  void outcomesAreCountedByTask() throws InterruptedException {
    arriveGroups(10, 1);
    arriveGroups(1, 0);
    Queue<InputRecord> again = new ArrayDeque<>(log);
    Batch batch = sampling(4, 1_000).next(1, () -> false);
    SortedMap<String, Integer> right = new TreeMap<>();
    SortedMap<String, Integer> read = new TreeMap<>();
    again.stream()
        .limit(16)
        .map(InputRecord::example)
        .forEach(
            example -> {
              right.merge(example.origin().taskId(), example.correct() ? 1 : 0, Integer::sum);
              read.merge(example.origin().taskId(), 1, Integer::sum);
            });
    assertThat(read).hasSize(4);
    assertThat(batch.outcomes())
        .extracting(TaskOutcome::getTaskId)
        .containsExactlyElementsOf(read.keySet());
    assertThat(batch.outcomes())
        .allMatch(outcome -> outcome.getResponses() == read.get(outcome.getTaskId()))
        .allMatch(outcome -> outcome.getRight() == right.get(outcome.getTaskId()));
    assertThat(sampling(4, 1_000).next(3, log::isEmpty)).as("all that is left is stale").isNull();
  }

  @Test
  void whatIsStaleIsCountedApart() throws InterruptedException {
    arriveGroups(2, 0);
    arriveGroups(2, 2);
    Batch batch = sampling(8, 0).next(2, () -> false);
    assertThat(batch.stale()).isEqualTo(8);
    assertThat(batch.withoutSignal()).isZero();
    assertThat(batch.outcomes()).hasSize(2);
    assertThat(batch.outcomes().stream().mapToInt(TaskOutcome::getResponses).sum()).isEqualTo(8);
  }

  /** The switch looks at nothing but signal: with enough of it, both make one batch. */
  @Test
  void samplingChangesNothingWhereEveryGroupHasSignal() throws InterruptedException {
    for (int i = 0; i < 12; i++) {
      SegmentedTrajectory record = TinyRun.trajectory(i, i < 4 ? 0 : 2, random);
      record.setGroupStd(0.25);
      log.add(admission.admit(new Position(0, 10 + i), CODEC.encode(record)));
    }
    Queue<InputRecord> again = new ArrayDeque<>(log);
    Batch with = sampling(8, 1_000).next(2, () -> false);
    log.clear();
    log.addAll(again);
    Batch without = sampling(8, 0).next(2, () -> false);
    assertThat(with).usingRecursiveComparison().isEqualTo(without);
    assertThat(with.skipped()).as("the stale").isEqualTo(4);
    assertThat(with.withoutSignal()).isZero();
  }

  @Test
  void withoutAnySignalTrainingGoesOnAfterTheBound() throws InterruptedException {
    arriveGroups(3, 0);
    Batch batch = sampling(4, 8).next(0, () -> false);
    assertThat(batch.withoutSignal()).isEqualTo(8);
    assertThat(batch.examples())
        .extracting(example -> example.origin().position().offset())
        .containsExactly(18L, 19L, 20L, 21L);
  }

  /** All that is left of a group, once it was closed without the others; not what came alone. */
  @Test
  void whatIsLeftOfAGroupHasNoSignal() throws InterruptedException {
    for (int i = 0; i < 6; i++) {
      SegmentedTrajectory record = TinyRun.trajectory(i, 0, random);
      record.getTrajectory().setGroupSize(i == 2 ? 1 : 4);
      record.setGroupCount(i < 3 ? 1 : 4);
      record.setGroupStd(i < 3 ? 0 : 0.25);
      record.setGroupComplete(i >= 2);
      log.add(admission.admit(new Position(0, 10 + i), CODEC.encode(record)));
    }
    Batch batch = sampling(4, 1_000).next(0, () -> false);
    assertThat(batch.withoutSignal()).isEqualTo(2);
    assertThat(batch.examples())
        .extracting(example -> example.origin().position().offset())
        .containsExactly(12L, 13L, 14L, 15L);
  }

  @Test
  void staleGroupsAreStaleWhateverTheirSignal() throws InterruptedException {
    arriveGroups(10, 0);
    BatchAssembler assembler = sampling(4, 1_000);
    assertThat(assembler.next(2, log::isEmpty)).isNull();
  }

  @Test
  void whatWasSampledFromTheLikeliestTokensAloneIsRefusedWhereRatiosMatter()
      throws InterruptedException {
    for (int i = 0; i < 4; i++) {
      SegmentedTrajectory record = TinyRun.trajectory(i, 0, random);
      record.getTrajectory().setSampling(new Sampling(1.0, i == 1 ? 0.9 : 1, i == 2 ? 5 : 0, 32));
      log.add(admission.admit(new Position(0, 10 + i), CODEC.encode(record)));
    }
    Queue<InputRecord> again = new ArrayDeque<>(log);
    Batch strict = sampling(2, 0).next(0, () -> false);
    assertThat(strict.examples())
        .extracting(example -> example.origin().position().offset())
        .containsExactly(10L, 13L);
    assertThat(strict.ranges().get(0).getSkipped().get(0).getReason()).contains("top-p");
    Batch any =
        new BatchAssembler(again::remove, new BatchRules(4, 1, 0, false), TinyRun.positions(10))
            .next(0, () -> false);
    assertThat(any.examples()).hasSize(4);
  }

  @Test
  void aRecordThatComesTwiceIsABug() {
    arrive(0, 10, 0);
    arrive(0, 10, 0);
    assertThatThrownBy(() -> assembler(2).next(0, () -> false))
        .hasMessageContaining("segments partition 0 offset 10 was read again");
  }

  @Test
  void trajectoryPositionsCountTheStaleToo() throws InterruptedException {
    arrive(0, 10, 0);
    arrive(0, 14, 7);
    Batch batch = assembler(1).next(7, () -> false);
    // TinyRun puts record number n at source partition n % 4, offset n / 4.
    assertThat(batch.trajectoryPositions()).containsExactly(java.util.Map.entry(2, 4L));
    assertThat(List.copyOf(batch.examples())).hasSize(1);
  }
}
