package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.SyntheticRecords;
import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A dead letter may be any record that its topic takes. */
class RecordTextTest {
  private static final int MANY = 100_000;

  @Test
  void ofALongListTheFirstAreShown() {
    Trajectory trajectory =
        new SyntheticRecords().segmented("t", "so it is 5", 1, true).getTrajectory();
    List<VersionRun> versions = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      versions.add(new VersionRun((long) i, 1));
    }
    trajectory.setVersions(versions);
    JsonArray shown = RecordText.of(trajectory).getJsonArray("versions");
    assertThat(shown).hasSize(65);
    assertThat(shown.getJsonObject(63).getLong("version")).isEqualTo(63);
    assertThat(shown.getString(64)).isEqualTo("… 100000 in all");
    trajectory.setVersions(versions.subList(0, 64));
    assertThat(RecordText.of(trajectory).getJsonArray("versions")).hasSize(64);
  }

  @Test
  void ofALargeMapTheFirstByNameAreShown() {
    Map<String, Double> gauges = new HashMap<>();
    for (int i = 0; i < MANY; i++) {
      gauges.put("gauge-%05d".formatted(i), (double) i);
    }
    Status status =
        Status.newBuilder()
            .setComponent(Component.PRODUCER)
            .setInstance("p")
            .setState("running")
            .setVersion(0)
            .setStartedAtMs(0)
            .setAtMs(0)
            .setIntervalMs(1_000)
            .setGauges(gauges)
            .build();
    JsonObject shown = RecordText.of(status).getJsonObject("gauges");
    assertThat(shown.size()).isEqualTo(65);
    assertThat(shown.getDouble("gauge-00063")).isEqualTo(63);
    assertThat(shown.getString("…")).isEqualTo("100000 in all");
  }
}
