package io.sapo.admin.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {
  private static Status status(String instance, long atMs) {
    return Status.newBuilder()
        .setComponent(Component.PRODUCER)
        .setInstance(instance)
        .setState("running")
        .setVersion(0)
        .setStartedAtMs(0)
        .setAtMs(atMs)
        .setIntervalMs(1_000)
        .setGauges(Map.of())
        .build();
  }

  /**
   * Else they would keep all that are alive from being shown, for as long as the topic keeps them.
   */
  @Test
  void heartbeatsOfTheFutureMakeRoomForThoseThatAreHeardOfNow() {
    Heartbeats heartbeats = new Heartbeats();
    heartbeats.put("learner", status("learner", 5));
    for (int i = 0; i < 2 * Heartbeats.LIMIT; i++) {
      heartbeats.put("forged-" + i, status("forged-" + i, Long.MAX_VALUE));
      heartbeats.put("learner", status("learner", 5 + i));
    }
    assertThat(heartbeats.all()).hasSize(Heartbeats.LIMIT);
    assertThat(heartbeats.all()).extracting(Status::getInstance).contains("learner");
    heartbeats.remove("learner");
    assertThat(heartbeats.all()).extracting(Status::getInstance).doesNotContain("learner");
  }
}
