package io.sapo.learner.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TinyRun;
import io.sapo.learner.input.Admission;
import io.sapo.learner.input.Position;
import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.network.TokenSequence;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
        assertThat(group.length == 1 || fed(examples, group) <= budget).isTrue();
        assertThat(group.length == 1 || group.length * longest(examples, group) <= 2 * budget)
            .isTrue();
        assertThat(
                Arrays.stream(group).mapToDouble(row -> examples.get(row).temperature()).distinct())
            .hasSize(1);
      }
    }
  }

  @Test
  void responsesToOnePromptSharePassesWhereTheyFit() {
    List<TrainingExample> examples = examples();
    int[] rows = IntStream.range(0, examples.size()).toArray();
    List<int[]> groups = MicroBatches.plan(examples, rows, 10_000);
    assertThat(groups).hasSize(2);
    for (int[] group : groups) {
      List<Integer> prompts =
          Arrays.stream(group)
              .mapToObj(row -> Arrays.hashCode(examples.get(row).sequence().promptTokens()))
              .toList();
      List<Integer> changes = new ArrayList<>();
      for (int i = 0; i < prompts.size(); i++) {
        if (i == 0 || !prompts.get(i).equals(prompts.get(i - 1))) {
          changes.add(prompts.get(i));
        }
      }
      assertThat(changes).doesNotHaveDuplicates();
    }
  }

  /** Tokens fed, from first principles: every distinct prompt, and responses but their last. */
  private static int fed(List<TrainingExample> examples, int[] group) {
    Set<String> prompts = new TreeSet<>();
    int fed = 0;
    for (int row : group) {
      TokenSequence sequence = examples.get(row).sequence();
      if (prompts.add(Arrays.toString(sequence.promptTokens()))) {
        fed += sequence.promptTokens().length;
      }
      fed += sequence.responseTokens().length - 1;
    }
    return fed;
  }

  private static int longest(List<TrainingExample> examples, int[] group) {
    return Arrays.stream(group)
        .map(row -> examples.get(row).sequence().length() - 1)
        .max()
        .orElseThrow();
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
