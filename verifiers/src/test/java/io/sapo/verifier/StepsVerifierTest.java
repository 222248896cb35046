package io.sapo.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepsVerifierTest {
  private final Verifier verifier = new StepsVerifier();

  @Test
  void aWrongStepCostsTheSegmentInWhichItEnds() {
    List<String> segments = List.of("red=7\nblue=8\n", "7+8=", "5\n", "5-", "2=3\n", "#### 3");

    assertThat(verifier.segmentRewards(segments, "13")).containsExactly(0, 0, -0.1, 0, 0, 0);
    assertThat(verifier.verify(String.join("", segments), "13")).isEqualTo(Verdict.of(false));
    assertThat(verifier.verify("7+8=5\n#### 13", "13")).isEqualTo(Verdict.of(true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "16 - 3 - 4 = <<16-3-4=9>>9 eggs|0",
        "16 - 3 - 4 = <<16-3-4=8>>8 eggs|1",
        "9 * 2 = $18|0",
        "$9 * 2 = $19|1",
        "10/3=3.33|0",
        "10/3=3.43|1",
        "10/4=2|1",
        "1,000+1=1,001|0",
        "1,000+1=1,002|1",
        "x+3+2=9|0",
        "(2+3)*4+1=9|0",
        "2+3=5+1=6|0",
        "2+3=x|0",
        "20%*50=10|0",
        "2+2=5%|0",
        "7=8|0",
        "2+2=4.|0",
        "a7+5=12\\nb12-3=9\\n#### 9|0",
        "a7+5=13\\nb13-3=10\\n#### 10|1",
        "a7+5=12\\nb13-3=10\\n#### 10|1",
        "a7+5=12\\nb13-3=11\\n#### 11|1",
        "a7+5=12\\nc13-3=10|0",
        "so a7+5=13|0",
        "ab7+5=13|0",
        "1. 7+5=13\\n2) 7+5=12\\n(3) 7+5=13|2",
        "- 7+5=13\\n* 7+5=13\\n(b) 7+5=12|2",
        "- 7 + 5 = -2|0",
        "x = 9 - 7+5=13|0",
        "nothing|0"
      })
  void onlyCalculationsThatStandAloneAreChecked(String line, int wrong) {
    String text = line.replace("\\n", "\n");
    double[] rewards = verifier.segmentRewards(List.of(text), "1");

    assertThat(rewards).hasSize(1);
    assertThat(rewards[0]).isEqualTo(-0.1 * wrong, within(1e-12));
  }

  @Test
  void rightStepsEarnNothingAndWrongOnesCostHalfAtMost() {
    assertThat(verifier.segmentRewards(List.of("1+1=2\n".repeat(400)), "1")).containsExactly(0);
    assertThat(verifier.segmentRewards(List.of("1+1=3\n".repeat(400)), "1")[0])
        .isEqualTo(-0.5, within(1e-12));
    assertThat(verifier.segmentRewards(List.of(), "1")).isEmpty();
  }
}
