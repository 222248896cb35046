package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {

  /** Names of commands and reasons come from outside; a record holds 16 MiB. */
  @Test
  void noTextMakesAHeartbeatTooLargeToDeliver() {
    String large = "x".repeat(20 << 20);
    Map<String, String> info = new TreeMap<>(Map.of(large, large, "config_digest", "abc"));
    String progress = "7;passed=;trained=" + "0:123456,".repeat(100_000);
    info.put(BatchProgress.INFO, progress);
    for (int i = 0; i < 1_000; i++) {
      info.put("command/" + i, large);
    }
    Status status =
        Heartbeats.bounded(
            Status.newBuilder()
                .setComponent(Component.LEARNER)
                .setInstance("learner")
                .setState("paused")
                .setMessage("by " + large)
                .setVersion(3)
                .setStartedAtMs(0)
                .setAtMs(1)
                .setIntervalMs(1_000)
                .setGauges(Map.of())
                .setInfo(info)
                .build());
    byte[] record = RecordCodec.of(Status.class).encode(status);
    assertThat(record.length).isLessThan(Topics.MAX_RECORD_BYTES);
    assertThat(status.getInfo()).containsEntry(BatchProgress.INFO, progress);
    assertThat(status.getMessage()).startsWith("by xxx").endsWith("…");
    assertThat(Heartbeats.lean(status).getInfo())
        .as("for programs, and read where it arrives")
        .doesNotContainKey(BatchProgress.INFO);
  }

  /** It is kept by every process of a run for as long as its writer may be alive. */
  @Test
  void ofAHeartbeatOfManyMegabytesLittleIsKept() {
    Map<String, Double> gauges = new HashMap<>();
    Map<String, String> info = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      gauges.put("gauge-" + i, Double.NaN);
      info.put("info-" + i, "x".repeat(20));
    }
    Status.Builder small =
        Status.newBuilder()
            .setComponent(Component.PRODUCER)
            .setInstance("p")
            .setState("running")
            .setVersion(3)
            .setStartedAtMs(0)
            .setAtMs(1)
            .setIntervalMs(1_000)
            .setGauges(Map.of("unpublished", 3.0))
            .setInfo(Map.of("a", "b"));
    assertThat(Heartbeats.lean(small.build())).isEqualTo(small.build());
    Status lean =
        Heartbeats.lean(
            Status.newBuilder(small)
                .setInstance("p".repeat(1 << 20))
                .setMessage("m".repeat(1 << 20))
                .setGauges(gauges)
                .setInfo(info)
                .build());
    assertThat(lean.getGauges()).hasSizeLessThanOrEqualTo(1_000);
    assertThat(RecordCodec.of(Status.class).encode(lean)).hasSizeLessThan(512 << 10);
    assertThat(lean.getIntervalMs()).isEqualTo(1_000);
  }
}
