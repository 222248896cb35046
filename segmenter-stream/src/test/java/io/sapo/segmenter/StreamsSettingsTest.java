package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Topics;
import io.sapo.segmenter.topology.SegmenterConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class StreamsSettingsTest {
  private final StreamsConfig settings =
      new StreamsConfig(
          StreamsSettings.of(
              Map.of("bootstrap.servers", "nowhere:1"),
              new Topics("p."),
              SegmenterConfig.defaults(Path.of("state")),
              "segmenter-0"));

  /** Streams adds it to the time of day. */
  @Test
  void absentBrokersAreWaitedForHoweverLong() {
    long timeoutMs = settings.getLong(StreamsConfig.TASK_TIMEOUT_MS_CONFIG);
    assertThat(timeoutMs).isGreaterThan(Duration.ofDays(365).toMillis());
    assertThat(System.currentTimeMillis() + timeoutMs).isPositive();
  }
}
