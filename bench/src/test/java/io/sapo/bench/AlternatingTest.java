package io.sapo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlternatingTest {
  @Test
  void limitAndCandidateTakeTurns() throws Exception {
    List<String> order = new ArrayList<>();
    Alternating.measure(
        2,
        () -> {
          order.add("limit");
          return 1;
        },
        () -> {
          order.add("candidate");
          return 1;
        });
    assertThat(order).containsExactly("limit", "candidate", "limit", "candidate", "limit");
  }

  @Test
  void eachCandidateIsComparedWithTheLimitsBesideIt() {
    // The machine becomes twice as fast: the candidate keeps its half of the limit.
    Alternating rates = new Alternating(new double[] {10, 10, 20, 20}, new double[] {5, 7.5, 10});
    assertThat(rates.ratio()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void aCandidateThatSlowsDownWithTheMachineCostsTheSame() {
    double[] limits = {10, 10, 20, 20, 40};
    assertThat(new Alternating(limits, new double[] {5, 7.5, 10, 15}).change(2))
        .isCloseTo(0, within(1e-12));
    assertThat(new Alternating(limits, new double[] {5, 7.5, 5, 7.5}).change(2))
        .as("twice the cost")
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void medians() {
    assertThat(Medians.of(3, 1, 2)).isEqualTo(2);
    assertThat(Medians.of(4, 1, 2, 3)).isEqualTo(2.5);
  }
}
