package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.segmenter.topology.SegmenterConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SegmenterConfigTest {
  private final SegmenterConfig defaults = SegmenterConfig.defaults(Path.of("state"));

  @Test
  void cutsAsThePaperDoesUnlessTold() {
    assertThat(defaults.strategy().describe()).isEqualTo("entropy(30%)");
  }

  @Test
  void namesWhatCannotBe() {
    Duration none = Duration.ZERO;
    assertThatThrownBy(() -> with(none, Duration.ofHours(1), 1)).hasMessageContaining("deadline");
    assertThatThrownBy(() -> with(Duration.ofMinutes(1), none, 1))
        .hasMessageContaining("retention");
    assertThatThrownBy(() -> with(Duration.ofMinutes(1), Duration.ofHours(1), 0))
        .hasMessageContaining("threads is 0");
  }

  private SegmenterConfig with(Duration deadline, Duration retention, int threads) {
    return new SegmenterConfig(
        defaults.strategy(),
        defaults.verifiers(),
        defaults.judges(),
        deadline,
        retention,
        defaults.stateDir(),
        threads,
        defaults.heartbeat());
  }
}
