package io.sapo.standalone.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sapo.producer.TaskSources;
import io.sapo.producer.chain.ChainSolution;
import io.sapo.producer.chain.ChainTaskSource;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.task.SolvedTask;
import io.sapo.producer.task.Split;
import io.sapo.producer.task.TaskColumns;
import io.sapo.producer.task.TaskSource;
import io.sapo.producer.task.TaskSpec;
import io.sapo.verifier.Verifier;
import io.sapo.verifier.VerifierSettings;
import io.sapo.verifier.Verifiers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tasks.verifier: gsm8k-steps} against what the task itself says of each step. */
class ProcessRewardsOfChainsTest {
  private static final Verifier STEPS =
      Verifiers.load(VerifierSettings.DEFAULT).find("gsm8k-steps").orElseThrow();

  @Test
  void aSegmentIsPunishedWhereItsStepIsWrong() {
    int wrong = 0;
    try (ChainTaskSource chains = new ChainTaskSource(Split.TRAINING, 5, new Lengths(3, 10))) {
      for (int i = 0; i < 500; i++) {
        SolvedTask solved = chains.nextSolved();
        List<ChainSolution.Line> lines =
            ChainSolution.judged(solved.task().getPrompt(), solved.solution());
        List<String> segments = new ArrayList<>();
        int start = 0;
        for (ChainSolution.Line line : lines) {
          segments.add(solved.solution().substring(start, line.charEnd()));
          start = line.charEnd();
        }
        double[] rewards = STEPS.segmentRewards(segments, solved.task().getAnswer());
        for (int segment = 0; segment < segments.size(); segment++) {
          boolean right = lines.get(segment).right();
          wrong += right ? 0 : 1;
          assertThat(rewards[segment])
              .as("%s of %s", segments.get(segment), solved.solution())
              .isEqualTo(right ? 0 : -0.1, within(1e-12));
        }
      }
    }
    assertThat(wrong).isGreaterThan(100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"chain", "chain(4-5)", "figures", "figures(3-4)"})
  void generatedTasksAreJudgedAsConfigured(String tasks) {
    assertThat(verifier(tasks, Optional.of("gsm8k-steps"))).isEqualTo("gsm8k-steps");
    assertThat(verifier(tasks, Optional.empty())).isEqualTo("gsm8k");
  }

  private static String verifier(String tasks, Optional<String> configured) {
    TaskColumns columns =
        new TaskColumns(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            configured,
            Optional.empty());
    TaskSpec spec = new TaskSpec(tasks, Optional.empty(), columns);
    try (TaskSource trained = TaskSources.open(spec, 1);
        TaskSource heldOut = TaskSources.heldOut(spec, 1)) {
      String verifier = trained.next().orElseThrow().getVerifier();
      assertThat(heldOut.next().orElseThrow().getVerifier()).isEqualTo(verifier);
      return verifier;
    }
  }
}
