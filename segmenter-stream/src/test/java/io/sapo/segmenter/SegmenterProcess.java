package io.sapo.segmenter;

import io.sapo.schemas.Topics;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.verify.VerifierSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A segmenter in a process of its own, so that a test can kill it. */
final class SegmenterProcess {
  private SegmenterProcess() {}

  /** The process's output goes to this one's. */
  static Process start(String bootstrapServers, String prefix, Path stateDir) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command =
        List.of(
            java.toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            SegmenterProcess.class.getName(),
            bootstrapServers,
            prefix,
            stateDir.toString());
    return new ProcessBuilder(command).inheritIO().start();
  }

  static SegmenterConfig config(Path stateDir) {
    return new SegmenterConfig(
        SegmentationStrategy.parse("entropy(30%)"),
        VerifierSettings.DEFAULT,
        Duration.ofMinutes(10),
        Duration.ofHours(1),
        stateDir,
        1,
        Duration.ofMillis(200));
  }

  public static void main(String[] args) throws InterruptedException {
    Map<String, Object> kafka = Map.of("bootstrap.servers", args[0]);
    Path stateDir = Path.of(args[2]);
    try (Segmenter segmenter =
        new Segmenter(kafka, new Topics(args[1]), config(stateDir), "killed")) {
      segmenter.start();
      segmenter.awaitEnd();
    }
  }
}
