package io.sapo.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.ElementType;
import io.sapo.schemas.Environment;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.WeightVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class VersionsCheckTest {
  private static final RecordCodec<WeightVersion> CODEC = RecordCodec.of(WeightVersion.class);
  private static final String CONFIG = "{\"maxStaleness\": 4}";

  private static WeightVersion version(int number, String parent) {
    return WeightVersion.newBuilder()
        .setVersion(number)
        .setParent(number - 1L)
        .setRunId("run")
        .setCommittedAtMs(number)
        .setInputs(List.of())
        .setTrajectoryPositions(Map.of("0", 4L))
        .setConsumedTotal(0)
        .setTrainedTotal(0)
        .setActorSha256("actor")
        .setOptimizerSha256("optimizer")
        .setKlCoefficient(0)
        .setConfigDigest(RecordDigest.of(CONFIG.getBytes(StandardCharsets.UTF_8)))
        .setConfig(CONFIG)
        .setElementType(ElementType.F32)
        .setAnchor(true)
        .setAnchorVersion(number)
        .setFirstChunkOffset(0)
        .setChunkCount(1)
        .setCheckpoint("checkpoints/version-0")
        .setCheckpointVersion(0)
        .setMetrics(Map.of("reward", 1.0))
        .setParentSha256(parent)
        .setOutcomes(List.of(new TaskOutcome("task", 8, 3)))
        .setEnvironment(new Environment(2, "", "", "", "", "cpu", "", "", "", "", true))
        .build();
  }

  /** A run of weeks has a million versions, and a record some 12 KB. */
  @Test
  void whatIsLongIsNotKeptAndWhatIsTheSameIsHeldOnce() {
    AuditReport report = new AuditReport();
    VersionsCheck check = new VersionsCheck(report);
    String parent = null;
    for (int number = 0; number < 5; number++) {
      byte[] bytes = CODEC.encode(version(number, parent));
      check.accept(new ConsumerRecord<>("weights", 0, number, null, bytes));
      parent = RecordDigest.of(bytes);
    }
    assertThat(report.findings()).isEmpty();
    WeightVersion first = check.versions().get(0).record();
    assertThat(check.versions())
        .hasSize(5)
        .allSatisfy(
            kept -> {
              assertThat(kept.maxStaleness()).isEqualTo(4);
              assertThat(kept.record().getConfig()).isEmpty();
              assertThat(kept.record().getMetrics()).isEmpty();
              assertThat(kept.record().getOutcomes()).isEmpty();
              assertThat(kept.record().getEnvironment()).isNull();
              assertThat(kept.record().getConfigDigest()).isSameAs(first.getConfigDigest());
              assertThat(kept.record().getRunId()).isSameAs(first.getRunId());
              assertThat(kept.record().getCheckpoint()).isSameAs(first.getCheckpoint());
            });
  }
}
