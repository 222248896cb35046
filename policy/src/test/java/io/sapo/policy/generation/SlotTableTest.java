package io.sapo.policy.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.TokenSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotTableTest {
  private static final Path MODEL =
      Path.of("src/test/resources/reference/models/tiny-qwen2/config.json");

  /** A cache that is moved as the table says must hold in each slot what the table says. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void movesKeepTheCacheInStep(long seed) {
    Random random = new Random(seed);
    ModelConfig config = ModelConfig.read(MODEL);
    int count = 1 + random.nextInt(9);
    SlotTable table = new SlotTable(count);
    RunningResponse[] cache = new RunningResponse[count];
    List<RunningResponse> alive = new ArrayList<>();
    for (int round = 0; round < 200; round++) {
      for (int i = random.nextInt(table.free() + 1); i > 0; i--) {
        RunningResponse response = response(config);
        table.submit(response);
        alive.add(response);
      }
      SlotTable.Changes changes = table.settle();
      RunningResponse[] before = cache.clone();
      for (SlotTable.Move move : changes.moves()) {
        cache[move.to()] = before[move.from()];
      }
      for (int slot : changes.filled()) {
        cache[slot] = table.get(slot);
      }
      assertThat(table.used()).isEqualTo(alive.size());
      assertThat(table.running()).isEqualTo(alive.size());
      checkGroups(table);
      for (int slot = 0; slot < table.used(); slot++) {
        assertThat(table.get(slot)).isSameAs(cache[slot]).isIn(alive);
        for (int i = random.nextInt(20); i > 0 && table.get(slot).remaining() > 1; i--) {
          table.get(slot).add(5, 0, 0, 1, false);
        }
        if (random.nextInt(3) == 0) {
          alive.remove(table.get(slot));
          table.release(slot);
        }
      }
      assertThat(table.free()).isEqualTo(count - alive.size());
    }
  }

  /** Groups cover the slots in use, and none holds rows of which one is over twice another. */
  private static void checkGroups(SlotTable table) {
    int slot = 0;
    for (int size : table.groupSizes()) {
      int shortest = Integer.MAX_VALUE;
      int longest = 0;
      for (int end = slot + size; slot < end; slot++) {
        shortest = Math.min(shortest, table.get(slot).fed());
        longest = Math.max(longest, table.get(slot).fed());
      }
      assertThat(longest).isLessThan(Math.max(32, 2 * shortest));
    }
    assertThat(slot).isEqualTo(table.used());
  }

  private static RunningResponse response(ModelConfig config) {
    TokenSequence prompt = TokenSequence.text(new int[] {1}, new int[0]);
    return new RunningResponse(new GenerationRequest("", prompt, Sampling.greedy(150), 0), config);
  }
}
