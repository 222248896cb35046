package io.sapo.segmenter;

import io.sapo.schemas.Topics;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.verifier.VerifierSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A segmenter in a process of its own, so that a test can kill it. */
final class SegmenterProcess {
  private SegmenterProcess() {}

  /**
   * The process's output goes to this one's.
   *
   * @param judge address of the judge "taste"; empty where there is none
   */
  static Process start(String bootstrapServers, String prefix, Path stateDir, String judge)
      throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command =
        List.of(
            java.toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-BytecodeVerificationRemote",
            "-cp",
            classPath,
            SegmenterProcess.class.getName(),
            bootstrapServers,
            prefix,
            stateDir.toString(),
            judge);
    return new ProcessBuilder(command).inheritIO().start();
  }

  static SegmenterConfig config(Path stateDir, String judge) {
    return new SegmenterConfig(
        SegmentationStrategy.parse("entropy(30%)"),
        VerifierSettings.DEFAULT,
        judge.isEmpty() ? List.of() : List.of(judge(judge)),
        Duration.ofMinutes(10),
        Duration.ofHours(1),
        stateDir,
        1,
        Duration.ofMillis(200));
  }

  private static JudgeSettings judge(String url) {
    return new JudgeSettings(
        "taste",
        URI.create(url),
        JudgeSettings.Token.NONE,
        new JudgeSettings.Effort(
            8,
            2,
            Duration.ofSeconds(2),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            3,
            Duration.ofMinutes(5)),
        Optional.empty());
  }

  public static void main(String[] args) throws InterruptedException {
    Map<String, Object> kafka = Map.of("bootstrap.servers", args[0]);
    Path stateDir = Path.of(args[2]);
    try (Segmenter segmenter =
        new Segmenter(kafka, new Topics(args[1]), config(stateDir, args[3]), "killed")) {
      segmenter.start();
      segmenter.awaitEnd();
    }
  }
}
