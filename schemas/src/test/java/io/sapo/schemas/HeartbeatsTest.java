package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;

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
  }
}
