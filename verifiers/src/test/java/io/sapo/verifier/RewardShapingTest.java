package io.sapo.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sapo.verifier.math.EqualityPolicy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RewardShapingTest {
  private static final String FORMED = "<think>2x=10</think> \\boxed{5}";
  private static final Verifiers VERIFIERS = Verifiers.load(VerifierSettings.DEFAULT);

  @Test
  void nothingIsChangedUnlessAskedFor() {
    assertThat(RewardShaping.NONE.shape(0.7, FORMED, 1000, 1000, 1000))
        .isEqualTo(new RewardShaping.Shaped(0.7, false, false, false));
  }

  @ParameterizedTest
  @CsvSource({
    "1,0", "60,0", "61,0.05", "70,0.5", "79,0.95", "80,1", "100,1",
  })
  void thePenaltyGrowsTowardsTheLimit(int tokens, double penalty) {
    RewardShaping shaping = new RewardShaping(0, 0, 20, 1);

    RewardShaping.Shaped shaped = shaping.shape(1, "", tokens, tokens, 80);

    assertThat(shaped.reward()).isEqualTo(1 - penalty, within(1e-12));
    assertThat(shaped.overlong()).isEqualTo(penalty > 0);
  }

  /**
   * Where no tokens are set, by the limit that the record states, whatever anyone was told of it.
   */
  @ParameterizedTest
  @CsvSource({"80,64,0", "80,72,0.5", "80,80,1", "2048,1638,0", "2048,1843,0.5", "2048,2048,1"})
  void theWindowIsAShareOfTheLimit(int limit, int tokens, double penalty) {
    RewardShaping shaping = new RewardShaping(0, 0, 0, 0.2, 1, false);
    assertThat(shaping.shape(1, "", tokens, tokens, limit).reward())
        .isEqualTo(1 - penalty, within(1e-12));
  }

  @Test
  void lengthAndFormCount() {
    RewardShaping shaping = new RewardShaping(50, 0.25, 0, 1);

    assertThat(shaping.shape(1, "", 50, 50, 100))
        .isEqualTo(new RewardShaping.Shaped(1, false, false, false));
    assertThat(shaping.shape(1, FORMED, 200, 200, 400))
        .isEqualTo(new RewardShaping.Shaped(0.5, true, true, false));
    assertThatThrownBy(() -> new RewardShaping(0, Double.NaN, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RewardShaping(-1, 0, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A punishment that shrank with the length would make long wrong answers the better ones. */
  @Test
  void onlyWhatIsEarnedShrinks() {
    RewardShaping shaping = new RewardShaping(100, 0, 0, 1);
    for (double punishment : new double[] {-1, -0.25, 0}) {
      assertThat(shaping.shape(punishment, "", 400, 400, 500))
          .isEqualTo(shaping.shape(punishment, "", 50, 50, 500))
          .isEqualTo(new RewardShaping.Shaped(punishment, false, false, false));
    }
  }

  /** The template of DeepSeek-R1-Distill-Qwen ends prompts with it. */
  @Test
  void thinkingThatThePromptOpensHasTheForm() {
    RewardShaping opened = new RewardShaping(0, 0.25, 0, 1, true);
    Verifiers verifiers =
        Verifiers.load(
            new VerifierSettings(1e-3, EqualityPolicy.DEFAULT, opened, Optional.empty()));
    String behind = "2x=10</think> \\boxed{5}";
    for (String response : List.of(behind, "<think>" + behind, "\\boxed{5}", behind + "<think>")) {
      boolean formed = response.equals(behind);
      assertThat(verifiers.find("format").orElseThrow().verify(response, "5").correct())
          .isEqualTo(formed);
      assertThat(verifiers.find("geo3k").orElseThrow().verify(response, "5").reward())
          .isEqualTo(formed ? 1 : 0.9);
      assertThat(opened.shape(0, response, 9, 9, 99).formatted()).isEqualTo(formed);
    }
    assertThat(VERIFIERS.find("format").orElseThrow().verify(behind, "5").correct()).isFalse();
  }

  @Test
  void severalVerifiersAddUpByWeight() {
    Verifier both = VERIFIERS.find("boxed-math*0.75+format*0.25").orElseThrow();

    assertThat(both.verify(FORMED, "5")).isEqualTo(new Verdict(1, true));
    assertThat(both.verify(FORMED, "6")).isEqualTo(new Verdict(0.25, false));
    assertThat(both.verify("\\boxed{5}", "5")).isEqualTo(new Verdict(0.75, true));
    assertThat(VERIFIERS.find("format + exact*-2").orElseThrow().verify("no", "no"))
        .isEqualTo(new Verdict(-2, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "+", "exact+", "exact*", "exact*x", "exact*1e9", "oracle*1", "exact**2", "*2"})
  void whatNamesNoVerifiersIsUnknown(String name) {
    assertThat(VERIFIERS.find(name)).isEmpty();
    assertThat(VERIFIERS.find("exact+".repeat(100) + "exact")).isEmpty();
  }
}
