package io.sapo.learner.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TinyRun;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
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
    return new BatchAssembler(log::remove, batchSize, 1, positions);
  }

  @Test
  void ofSeveralPartitionsTheRangesDecideAndNotTheOrderOfArrival() throws InterruptedException {
    arrive(1, 20, 0);
    arrive(0, 10, 0);
    arrive(1, 23, 0);
    arrive(0, 11, 0);
    Batch batch = assembler(3).next(0, () -> false);
    assertThat(batch.examples())
        .extracting(TrainingExample::position)
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
