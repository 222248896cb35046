package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.standalone.TinyCheckpoint;
import io.sapo.standalone.cli.CommandFailure;
import io.sapo.standalone.config.ConfigLoader;
import io.sapo.standalone.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roles apart, which know of each other through topics only. */
class RoleProcessTest {
  @TempDir static Path folder;
  private static Path checkpoint;

  private final List<Running> started = new ArrayList<>();

  @BeforeAll
  static void writeCheckpoint() throws IOException {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
  }

  @AfterEach
  void stopAll() {
    for (int i = started.size() - 1; i >= 0; i--) {
      started.get(i).process.stop();
    }
  }

  private static Settings settings(String... more) {
    ConfigLoader loader = new ConfigLoader();
    List.of(
            "run.updates=3",
            "run.heartbeat=200ms",
            "model.max-prompt-tokens=64",
            "model.max-new-tokens=8",
            "producer.slots=8",
            "learner.batch-size=8",
            "learner.mini-batch-size=4",
            "evaluation.tasks=10",
            "evaluation.every=0")
        .forEach(loader::set);
    List.of(more).forEach(loader::set);
    return loader.load();
  }

  /** A role on a thread of its own, with what it printed. */
  private static final class Running {
    final RoleProcess process;
    final Path readyFile;
    final CompletableFuture<String> ready = new CompletableFuture<>();
    final CompletableFuture<Void> end;

    private final StringWriter out =
        new StringWriter() {
          @Override
          public void flush() {
            toString().lines().filter(line -> line.startsWith("ready")).forEach(ready::complete);
          }
        };

    Running(RoleKind kind, Path data, Settings settings) {
      readyFile = data.resolve(kind.label() + ".ready");
      process =
          new RoleProcess(
              kind,
              settings,
              new RunFolder(data),
              checkpoint,
              false,
              Optional.of(readyFile),
              new PrintWriter(out));
      end = CompletableFuture.runAsync(this::run, task -> new Thread(task, kind.label()).start());
      end.whenComplete((nothing, cause) -> ready.complete("ended before it was ready: " + cause));
    }

    private void run() {
      try {
        process.run();
      } catch (InterruptedException e) {
        throw new CompletionException(e);
      }
    }

    String awaitReady() {
      return ready.orTimeout(60, TimeUnit.SECONDS).join();
    }

    String firstLine() {
      return out.toString().lines().findFirst().orElse("");
    }
  }

  private Running start(RoleKind kind, Path data, String... more) {
    Running running = new Running(kind, data, settings(more));
    started.add(running);
    return running;
  }

  @Test
  @Timeout(120)
  void rolesApartTrainUpToTheLastVersionAndEndWhenAsked() {
    Path data = folder.resolve("apart");
    Running broker = start(RoleKind.BROKER, data);
    assertThat(broker.awaitReady()).matches("ready at 127.0.0.1:\\d+");
    Running learner = start(RoleKind.LEARNER, data);
    Running segmenter = start(RoleKind.SEGMENTER, data);
    Running producer = start(RoleKind.PRODUCER, data);
    Running second = start(RoleKind.PRODUCER, data);
    Running evaluator = start(RoleKind.EVALUATOR, data);
    Running admin = start(RoleKind.ADMIN, data);
    for (Running running : List.of(learner, segmenter, producer, second, evaluator)) {
      assertThat(running.awaitReady()).isEqualTo("ready");
    }
    assertThat(admin.awaitReady()).matches("ready at http://127.0.0.1:\\d+");
    assertThat(producer.readyFile).hasContent("ready");
    assertThat(learner.end).succeedsWithin(60, TimeUnit.SECONDS);
    assertThat(evaluator.end).succeedsWithin(60, TimeUnit.SECONDS);
    assertThat(producer.firstLine())
        .matches(".+-producer-[01]: sapo .+, Java .+, Kafka client .+, device cpu, topics .+");
    assertThat(second.firstLine().split(":")[0]).isNotEqualTo(producer.firstLine().split(":")[0]);
    for (Running running : List.of(producer, second, segmenter, admin, broker)) {
      running.process.stop();
      assertThat(running.end).succeedsWithin(1, TimeUnit.SECONDS);
    }
    assertThat(Files.exists(producer.readyFile)).isFalse();
    assertThat(new RunFolder(data).liveAddress()).isEmpty();
  }

  @Test
  @Timeout(60)
  void aBrokerThatDoesNotAnswerIsNamedAndTheRoleEnds() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String servers = "127.0.0.1:" + silent.getLocalPort();
      Running producer =
          start(RoleKind.PRODUCER, folder.resolve("mute"), "kafka.bootstrap-servers=" + servers);
      assertThatThrownBy(producer.end::join)
          .hasCauseInstanceOf(CommandFailure.class)
          .hasMessageContaining("cannot reach Kafka at " + servers);
    }
  }

  @Test
  void withoutBrokersItSaysWhichOptionIsMissing() {
    Running segmenter = start(RoleKind.SEGMENTER, folder.resolve("nothing"));
    assertThatThrownBy(segmenter.end::join)
        .hasCauseInstanceOf(CommandFailure.class)
        .hasMessageContaining("--bootstrap-servers");
  }
}
