package io.sapo.standalone.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** In processes of their own where standard output counts: it belongs to the whole JVM. */
class LoggingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void theFileHasWhatTheTerminalIsSparedWithDatesAndStackTraces() throws Exception {
    Path file = folder.resolve("role.log");
    Logging.toFile(file);
    try {
      LoggerFactory.getLogger("org.apache.kafka.clients.NetworkClient")
          .warn("two\nlines", new IllegalStateException("the cause"));
      Logging.keep(
          LoggerFactory.getLogger("io.sapo.x"), "ended", new IllegalArgumentException("bad"));
    } finally {
      Logging.closeFile(file);
    }
    List<JsonNode> lines = parsed(Files.readString(file));
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0).get("@timestamp").asText()).matches("20\\d\\d-\\d\\d-\\d\\dT.*Z");
    assertThat(lines.get(0).get("level").asText()).isEqualTo("WARN");
    assertThat(lines.get(0).get("message").asText()).isEqualTo("two\nlines");
    assertThat(lines.get(0).get("stack_trace").asText())
        .contains("IllegalStateException: the cause", "LoggingTest");
    assertThat(lines.get(1).get("message").asText()).isEqualTo("ended: bad");
  }

  @Test
  void aContainerPrintsNothingButJson() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sapo.standalone.Main",
                "segmenter",
                "--bootstrap-servers",
                "127.0.0.1:1",
                "--set",
                "log.format=json",
                "--set",
                "kafka.client.default.api.timeout.ms=1500",
                "--set",
                "kafka.client.request.timeout.ms=1000",
                "--data",
                folder.toString())
            .redirectErrorStream(true)
            .start();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    process.getInputStream().transferTo(out);
    assertThat(process.waitFor()).isEqualTo(4);
    List<JsonNode> lines = parsed(out.toString(StandardCharsets.UTF_8));
    assertThat(lines)
        .anySatisfy(
            line -> {
              assertThat(line.get("level").asText()).isEqualTo("ERROR");
              assertThat(line.get("message").asText())
                  .startsWith("cannot reach Kafka at 127.0.0.1:1");
              assertThat(line.get("stack_trace").asText()).contains("TimeoutException");
            })
        .anySatisfy(
            line -> assertThat(line.get("logger_name").asText()).startsWith("org.apache.kafka."));
  }

  private static List<JsonNode> parsed(String text) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : text.split("\n")) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }
}
