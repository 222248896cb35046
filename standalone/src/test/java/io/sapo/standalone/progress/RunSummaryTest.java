package io.sapo.standalone.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunSummaryTest {
  private static final String WARNING = "next to no reward was earned";

  private static RunSummary withReward(Double reward) {
    return new RunSummary(
        3, 1088, 3, 90.0, 0.0, 0.0, 0.0, 0.0, reward, reward, 1, 768, 0, 320, 0, 0.02, 500, "d",
        "data");
  }

  @Test
  void saysWhenThereWasNextToNothingToLearnFrom() {
    assertThat(withReward(0.01).text()).contains(WARNING);
  }

  @Test
  void saysWhatDurabilityCosts() {
    assertThat(withReward(0.4).text()).contains("commits and checkpoints took 2.0 % of an update");
  }

  @Test
  void isSilentWhenRewardWasEarnedOrNoUpdateWasMade() {
    assertThat(withReward(0.4).text()).doesNotContain(WARNING);
    assertThat(withReward(null).text()).doesNotContain(WARNING);
  }
}
