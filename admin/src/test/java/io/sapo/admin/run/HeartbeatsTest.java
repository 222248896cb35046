package io.sapo.admin.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import java.util.List;
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

  /** Each alone is no more than what is kept of one. */
  @Test
  void allTogetherTakeABoundedRoom() {
    Heartbeats heartbeats = new Heartbeats();
    heartbeats.put("small", with("small", Map.of("n", 1.0), "x"));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < Heartbeats.LIMIT - 1; i++) {
        heartbeats.put("large-" + i, with("large-" + i, Map.of("n", 2.0), "x".repeat(200_000)));
      }
      List<Status> all = heartbeats.all();
      assertThat(all).hasSize(Heartbeats.LIMIT);
      assertThat(all.stream().mapToLong(io.sapo.schemas.Heartbeats::chars).sum())
          .isBetween(Heartbeats.MOST_CHARS / 2, Heartbeats.MOST_CHARS);
      assertThat(all.get(Heartbeats.LIMIT - 1).getGauges()).containsEntry("n", 1.0);
      assertThat(of(all, "large-0").getInfo()).isEmpty();
      assertThat(of(all, "large-498").getInfo()).isNotEmpty();
    }
    for (int i = 0; i < Heartbeats.LIMIT - 1; i++) {
      heartbeats.remove("large-" + i);
    }
    heartbeats.put("one", with("one", Map.of(), "x".repeat(200_000)));
    heartbeats.put("two", with("two", Map.of(), "x".repeat(200_000)));
    assertThat(heartbeats.all()).filteredOn(one -> !one.getInfo().isEmpty()).hasSize(3);
  }

  private static Status of(List<Status> all, String instance) {
    return all.stream().filter(one -> one.getInstance().equals(instance)).findFirst().orElseThrow();
  }

  private static Status with(String instance, Map<String, Double> gauges, String info) {
    return Status.newBuilder(status(instance, 1))
        .setGauges(gauges)
        .setInfo(Map.of("info", info))
        .build();
  }
}
