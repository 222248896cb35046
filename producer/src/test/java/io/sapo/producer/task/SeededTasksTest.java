package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeededTasksTest {
  /** Of numbers that are their own fingerprints. */
  private static List<Long> drawn(boolean heldOut) {
    SeededTasks tasks = new SeededTasks(7);
    return LongStream.range(0, 1000)
        .map(i -> tasks.draw(random -> random.nextLong(100), code -> code, heldOut))
        .boxed()
        .toList();
  }

  @Test
  void everyTenthIsHeldOutAndNeverTrainedOn() {
    assertThat(drawn(true)).allMatch(code -> code % 10 == 0).contains(0L, 90L);
    assertThat(drawn(false)).allMatch(code -> code % 10 != 0).contains(1L, 99L);
  }
}
