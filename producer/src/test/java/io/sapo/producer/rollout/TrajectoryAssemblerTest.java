package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.VersionRun;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TrajectoryAssemblerTest {
  @Test
  void runsCodeTheVersionOfEveryToken() {
    assertThat(TrajectoryAssembler.runs(new long[0])).isEmpty();
    assertThat(TrajectoryAssembler.runs(new long[] {3})).containsExactly(new VersionRun(3L, 1));
    Random random = new Random(4);
    for (int i = 0; i < 500; i++) {
      long[] versions = new long[1 + random.nextInt(40)];
      for (int t = 1; t < versions.length; t++) {
        versions[t] = versions[t - 1] + (random.nextInt(5) == 0 ? 1 : 0);
      }
      List<VersionRun> runs = TrajectoryAssembler.runs(versions);
      long[] decoded =
          runs.stream()
              .flatMapToLong(run -> LongStream.generate(run::getVersion).limit(run.getTokens()))
              .toArray();
      assertThat(decoded).containsExactly(versions);
      assertThat(runs).hasSize((int) Arrays.stream(versions).distinct().count());
    }
  }

  @Test
  void seedsDependOnEveryPart() {
    long seed = RolloutSeed.of(1, "task", 0);
    assertThat(RolloutSeed.of(1, "task", 0)).isEqualTo(seed);
    assertThat(
            List.of(
                RolloutSeed.of(2, "task", 0),
                RolloutSeed.of(1, "tasks", 0),
                RolloutSeed.of(1, "task", 1)))
        .doesNotContain(seed)
        .doesNotHaveDuplicates();
  }
}
