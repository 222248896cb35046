package io.sapo.standalone.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.command.Json;
import io.sapo.evaluator.EvaluationService.Examined;
import io.sapo.evaluator.Score;
import io.sapo.schemas.Topics;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunSummaryTest {
  private static final String WARNING = "next to no reward was earned";

  private static RunSummary withReward(Double reward) {
    return new RunSummary(
        3,
        3,
        new RunSummary.Times(90, 0.02),
        new RunSummary.Accuracy(0.0, 0.0, 0.0, 0.0, 500),
        new RunSummary.Rewards(reward, reward),
        new RunSummary.Records(1088, 768, 0, 320, 0, 1),
        "d",
        "data");
  }

  @Test
  void saysWhenThereWasNextToNothingToLearnFrom() {
    assertThat(withReward(0.01).text()).contains(WARNING);
  }

  /** As one that was published again, for whoever could not read it. */
  @Test
  void aVersionWithoutARewardLeavesTheMeanOfTheOthers() {
    VersionLine none = line(Double.NaN);
    assertThat(RunSummary.meanReward(List.of(line(0.25), none, line(0.75)))).isEqualTo(0.5);
    assertThat(RunSummary.meanReward(List.of(none))).isNull();
  }

  private static VersionLine line(double reward) {
    return new VersionLine(1, new VersionLine.Report(reward, 0, 0, 0, 0, 0, 0), 1, 1, 0);
  }

  @Test
  void saysWhatDurabilityCosts() {
    assertThat(withReward(0.4).text()).contains("commits and checkpoints took 2.0 % of an update");
  }

  /** One that is stopped has no evaluation of its last version. */
  @Test
  void ofAStoppedRunTheFirstEvaluationSaysOnHowManyTasks() {
    Score score = new Score(0, "a file", 500, 260, 0, 0.5, 30);
    RunSummary stopped =
        RunSummary.of(
            new RunProgress(new Topics("p.")),
            new RunSummary.Start(0, 90, 1088, 0, "d", "data"),
            new Examined(score, score),
            null);
    assertThat(stopped.text())
        .contains("0.520        -   accuracy on 500 held-out tasks")
        .contains("sapo export --data data --to FOLDER");
  }

  @Test
  void jsonIsFlat() {
    assertThat(Json.of(withReward(0.4)))
        .contains("\"accuracy_before\" : 0.0", "\"records_trained\" : 768", "\"seconds\" : 90.0")
        .contains("\"reward_last_10\" : 0.4", "\"durability_cost\" : 0.02")
        .doesNotContain("\"records\"", "\"times\"", "\"rewards\"", "\"accuracy\"");
    assertThat(Json.of(withReward(null))).contains("\"reward_last_10\" : null");
  }

  @Test
  void isSilentWhenRewardWasEarnedOrNoUpdateWasMade() {
    assertThat(withReward(0.4).text()).doesNotContain(WARNING);
    assertThat(withReward(null).text()).doesNotContain(WARNING);
  }
}
