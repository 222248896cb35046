package io.sapo.learner.fold;

import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.network.Packing;
import io.sapo.policy.network.Prompt;
import io.sapo.policy.network.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How the rows of a batch are grouped into passes through a network: of one temperature each, the
 * responses to one prompt side by side so that they share its pass, otherwise sorted by length; at
 * most a budget of tokens fed, and twice as many places in attention, where a shared prompt counts
 * for each of its responses. A function of the rows alone, since the grouping shows in the last
 * bits of the results.
 */
final class MicroBatches {
  private static final int PLACES_PER_TOKEN = 2;

  private MicroBatches() {}

  /**
   * @param rows indices into {@code examples}
   * @return the same indices, in groups
   */
  static List<int[]> plan(List<TrainingExample> examples, int[] rows, int tokenBudget) {
    Map<Prompt, Integer> longest = new HashMap<>();
    Map<Prompt, Integer> first = new HashMap<>();
    for (int row : rows) {
      Prompt prompt = prompt(examples, row);
      longest.merge(prompt, examples.get(row).sequence().length(), Math::max);
      first.merge(prompt, row, Math::min);
    }
    Integer[] order = Arrays.stream(rows).boxed().toArray(Integer[]::new);
    Arrays.sort(
        order,
        Comparator.<Integer>comparingDouble(row -> examples.get(row).temperature())
            .thenComparingInt(row -> -longest.get(prompt(examples, row)))
            .thenComparingInt(row -> first.get(prompt(examples, row)))
            .thenComparingInt(row -> -examples.get(row).sequence().length())
            .thenComparingInt(row -> row));
    List<int[]> groups = new ArrayList<>();
    int start = 0;
    for (int end = 1; end <= order.length; end++) {
      if (end == order.length || !fits(examples, order, start, end, tokenBudget)) {
        groups.add(Arrays.stream(order, start, end).mapToInt(Integer::intValue).toArray());
        start = end;
      }
    }
    return groups;
  }

  /** Whether the row at {@code last} can join those from {@code start} on. */
  private static boolean fits(
      List<TrainingExample> examples, Integer[] order, int start, int last, int tokenBudget) {
    TrainingExample joining = examples.get(order[last]);
    if (joining.temperature() != examples.get(order[start]).temperature()) {
      return false;
    }
    List<TokenSequence> together =
        Arrays.stream(order, start, last + 1).map(row -> examples.get(row).sequence()).toList();
    Packing packing = Packing.of(together);
    return packing.rows() <= tokenBudget
        && packing.places() <= (long) PLACES_PER_TOKEN * tokenBudget;
  }

  private static Prompt prompt(List<TrainingExample> examples, int row) {
    return Prompt.of(examples.get(row).sequence());
  }
}
