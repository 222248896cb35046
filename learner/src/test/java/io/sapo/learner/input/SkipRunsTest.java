package io.sapo.learner.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.Skipped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SkipRunsTest {
  private static final int LIMIT = 50;

  private final Random random = new Random(8);

  @Test
  void everySkippedRecordIsInOneRunAndNoTrainedOneIsInAny() {
    for (int trial = 0; trial < 300; trial++) {
      double skipShare = random.nextDouble();
      int words = 1 + random.nextInt(4);
      SkipRuns runs = new SkipRuns(LIMIT);
      Map<Long, String> expected = new TreeMap<>();
      List<Long> trained = new ArrayList<>();
      long offset = random.nextInt(10);
      for (int i = random.nextInt(600); i > 0; i--, offset += 1 + random.nextInt(2)) {
        if (random.nextDouble() < skipShare) {
          String word = "word" + random.nextInt(words);
          runs.add(offset, word + ": detail " + random.nextInt(2));
          expected.put(offset, word);
        } else {
          runs.separate();
          trained.add(offset);
        }
      }
      List<Skipped> records = runs.records();
      InputRange range = new InputRange(0, 0L, offset, trained.size(), records);
      assertThat(InputRanges.skipped(range)).isEqualTo(expected.size());
      assertThat(records).hasSizeLessThanOrEqualTo(Math.max(LIMIT, trained.size() + 1));
      expected.forEach(
          (at, word) ->
              assertThat(InputRanges.skipOf(range, at).orElseThrow().getReason()).contains(word));
      trained.forEach(at -> assertThat(InputRanges.skipOf(range, at)).isEmpty());
      long counted = 0;
      for (Skipped run : records) {
        long in =
            expected.keySet().stream()
                .filter(at -> at >= run.getOffset() && at < InputRanges.end(run))
                .count();
        assertThat(in).isEqualTo(run.getRecords());
        counted += in;
      }
      assertThat(counted).isEqualTo(expected.size());
    }
  }

  @Test
  void fewKeepTheirReasonsAndManyAreCounted() {
    SkipRuns runs = new SkipRuns(LIMIT);
    runs.add(3, "stale: begun 2 versions ago");
    runs.add(4, "stale: begun 2 versions ago");
    runs.add(6, "too-long: 900");
    assertThat(runs.records())
        .containsExactly(
            new Skipped(3L, "stale: begun 2 versions ago", 5L, 2),
            new Skipped(6L, "too-long: 900", -1L, 1));
    for (long offset = 7; offset < 1_000_000; offset++) {
      runs.add(offset, (offset % 2 == 0 ? "stale: " : "too-long: ") + offset);
    }
    assertThat(runs.records())
        .containsExactly(
            new Skipped(3L, "mixed: stale 499998, too-long 499998", 1_000_000L, 999_996));
  }
}
