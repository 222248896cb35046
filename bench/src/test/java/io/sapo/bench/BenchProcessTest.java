package io.sapo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.command.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchProcessTest {
  @Test
  void rowsComeOverAsTheyWereMeasured() {
    List<Row> measured =
        List.of(
            new Row("memory", "exponent", 1.07, "", "<= 1.15", true),
            new Row("memory", "growth", 12.5, "KiB/token", null, null),
            Row.failed("memory", "nothing"));
    assertThat(BenchProcess.rows("memory", 1, Json.of(measured))).isEqualTo(measured);
  }

  @Test
  void aProcessThatPrintsNoMeasurementFails() {
    for (String out : List.of("", "[]", "Killed", "{")) {
      assertThat(BenchProcess.rows("scale", 137, out))
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row.ok()).isFalse();
                assertThat(row.metric()).contains("exit code 137");
              });
    }
  }
}
