package io.sapo.standalone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.configuration.ConfigLoader;
import io.sapo.fixtures.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCheckTest {
  private static final long GIB = 1L << 30;

  @TempDir Path folder;

  private Finding finding(long free, String setting) throws IOException {
    Path checkpoint = folder.resolve("tiny");
    if (!Files.exists(checkpoint)) {
      TinyCheckpoint.write(checkpoint);
    }
    return new DiskCheck(new ConfigLoader().set(setting).load(), checkpoint).of(folder, free);
  }

  @Test
  void whatARunKeepsIsHeldAgainstWhatIsFree() throws IOException {
    assertThat(finding(5 * GIB, "run.seed=1").verdict()).isEqualTo(Finding.Verdict.OK);
    Finding little = finding(3 * GIB, "run.seed=1");
    assertThat(little.verdict()).isEqualTo(Finding.Verdict.WARNING);
    assertThat(little.detail()).contains("3.0 GiB free", "published versions 4.0 GiB");
    assertThat(finding(3 * GIB, "learner.keep-published-mib=100").verdict())
        .isEqualTo(Finding.Verdict.OK);
    assertThat(finding(3 * GIB, "kafka.bootstrap-servers=elsewhere:9092").verdict())
        .as("the topics lie elsewhere")
        .isEqualTo(Finding.Verdict.OK);
    assertThat(finding(3 * GIB, "learner.keep-checkpoints=1000000").detail())
        .contains("checkpoints of this model take up to");
  }

  @Test
  void ofAnUnknownModelALittleIsWanted() {
    DiskCheck check = new DiskCheck(new ConfigLoader().load(), folder.resolve("absent"));
    assertThat(check.of(folder, GIB).verdict()).isEqualTo(Finding.Verdict.WARNING);
    assertThat(check.of(folder, 3 * GIB).verdict()).isEqualTo(Finding.Verdict.OK);
  }
}
