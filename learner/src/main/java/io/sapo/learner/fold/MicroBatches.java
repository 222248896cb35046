package io.sapo.learner.fold;

import io.sapo.learner.input.TrainingExample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How the rows of a batch are grouped into passes through a network: of one temperature each,
 * sorted by length so that little is padded, at most a budget of padded tokens. A function of the
 * rows alone, since the grouping shows in the last bits of the results.
 */
final class MicroBatches {

  private MicroBatches() {}

  /**
   * @param rows indices into {@code examples}
   * @return the same indices, in groups
   */
  static List<int[]> plan(List<TrainingExample> examples, int[] rows, int tokenBudget) {
    Integer[] order = Arrays.stream(rows).boxed().toArray(Integer[]::new);
    Arrays.sort(
        order,
        Comparator.<Integer>comparingDouble(row -> examples.get(row).temperature())
            .thenComparingInt(row -> -examples.get(row).sequence().length())
            .thenComparingInt(row -> row));
    List<int[]> groups = new ArrayList<>();
    int start = 0;
    while (start < order.length) {
      TrainingExample longest = examples.get(order[start]);
      int room = Math.max(1, tokenBudget / longest.sequence().length());
      int end = start;
      while (end < order.length
          && end - start < room
          && examples.get(order[end]).temperature() == longest.temperature()) {
        end++;
      }
      int[] group = new int[end - start];
      for (int i = 0; i < group.length; i++) {
        group[i] = order[start + i];
      }
      groups.add(group);
      start = end;
    }
    return groups;
  }
}
