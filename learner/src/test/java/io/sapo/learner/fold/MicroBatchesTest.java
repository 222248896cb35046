package io.sapo.learner.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TinyRun;
import io.sapo.learner.input.Admission;
import io.sapo.learner.input.Position;
import io.sapo.learner.input.TrainingExample;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MicroBatchesTest {

  @Test
  void coverEveryRowOnceWithinTheBudgetAndOneTemperature() {
    List<TrainingExample> examples = examples();
    int[] rows = IntStream.range(0, examples.size()).toArray();
    for (int budget : new int[] {1, 40, 64, 200, 10_000}) {
      List<int[]> groups = MicroBatches.plan(examples, rows, budget);
      assertThat(groups.stream().flatMapToInt(Arrays::stream).sorted().toArray()).isEqualTo(rows);
      for (int[] group : groups) {
        int longest =
            Arrays.stream(group)
                .map(row -> examples.get(row).sequence().length())
                .max()
                .orElseThrow();
        assertThat(group.length == 1 || group.length * longest <= budget).isTrue();
        assertThat(
                Arrays.stream(group).mapToDouble(row -> examples.get(row).temperature()).distinct())
            .hasSize(1);
      }
    }
  }

  @Test
  void shuffleIsAPermutationThatDependsOnSeedVersionAndEpoch() {
    int[] first = Shuffle.rows(50, 1, 2, 0);
    assertThat(Shuffle.rows(50, 1, 2, 0)).isEqualTo(first);
    assertThat(Arrays.stream(first).sorted().toArray()).isEqualTo(IntStream.range(0, 50).toArray());
    assertThat(
            List.of(
                Shuffle.rows(50, 2, 2, 0), Shuffle.rows(50, 1, 3, 0), Shuffle.rows(50, 1, 2, 1)))
        .allSatisfy(other -> assertThat(other).isNotEqualTo(first));
  }

  private static List<TrainingExample> examples() {
    Admission admission = new Admission(TinyRun.model(), null, 64);
    RecordCodec<SegmentedTrajectory> codec = RecordCodec.of(SegmentedTrajectory.class);
    List<SegmentedTrajectory> records = TinyRun.trajectories(3, 8, 2);
    for (int i = 0; i < records.size(); i += 3) {
      records.get(i).getTrajectory().getSampling().setTemperature(0.7);
    }
    return records.stream()
        .map(record -> admission.admit(new Position(0, 0), codec.encode(record)).example())
        .toList();
  }
}
