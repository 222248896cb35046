package io.sapo.system.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.admin.AdminException;
import io.sapo.broker.BrokerException;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.command.CommandFailure;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.progress.RunSummary;
import io.sapo.standalone.run.TrainingRun;
import io.sapo.testing.Await;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {
  @TempDir static Path folder;
  private static Path checkpoint;

  @BeforeAll
  static void writeCheckpoint() throws IOException {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
  }

  private static Settings settings(String... more) {
    ConfigLoader loader = new ConfigLoader();
    TinyCheckpoint.SETTINGS.forEach(loader::set);
    loader.set("run.updates=1000000");
    List.of(more).forEach(loader::set);
    return loader.load();
  }

  private static TrainingRun run(String name, Writer out, Settings settings) {
    RunFolder data = new RunFolder(folder.resolve(name));
    try {
      data.make();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TrainingRun(settings, data, checkpoint, new PrintWriter(out), false, false);
  }

  private static CompletableFuture<RunSummary> started(TrainingRun run) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return run.run();
          } catch (InterruptedException e) {
            throw new CompletionException(e);
          }
        });
  }

  /** Completes when the text has been printed. */
  private static final class Watched extends StringWriter {
    private final String text;
    private final CompletableFuture<Void> seen = new CompletableFuture<>();

    Watched(String text) {
      this.text = text;
    }

    @Override
    public void flush() {
      if (toString().contains(text)) {
        seen.complete(null);
      }
    }

    long versions() {
      return toString().lines().filter(line -> line.startsWith("version ")).count();
    }

    void await(long versions, CompletableFuture<?> end) {
      Await.until(
          versions + " versions",
          Duration.ofMinutes(2),
          () -> versions() >= versions || end.isDone());
    }
  }

  @Test
  void stoppingEndsItAfterTheUpdateItIsAtAndSumsUp() {
    Watched out = new Watched("version 2/");
    TrainingRun run = run("stopped", out, settings());
    CompletableFuture<RunSummary> summary = started(run);
    CompletableFuture.anyOf(out.seen, summary).orTimeout(5, TimeUnit.MINUTES).join();
    run.stop();
    assertThat(summary.join().version()).isGreaterThanOrEqualTo(2);
    assertThat(summary.join().records().trained()).isEqualTo(8 * summary.join().version());
    assertThat(summary.join().accuracy().after()).isNull();
    assertThat(new RunFolder(folder.resolve("stopped")).liveAddress()).isEmpty();
  }

  @Test
  void anotherFolderOnTheSameTopicsRefusesAndTheRunGoesOn() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("shared-broker"), 0)) {
      Settings shared = settings("kafka.bootstrap-servers=" + broker.bootstrapServers());
      Watched out = new Watched("version 1/");
      TrainingRun run = run("admitted", out, shared);
      CompletableFuture<RunSummary> summary = started(run);
      CompletableFuture.anyOf(out.seen, summary).orTimeout(2, TimeUnit.MINUTES).join();

      TrainingRun stranger = run("stranger", new StringWriter(), shared);
      assertThatThrownBy(stranger::run)
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining("stranger")
          .hasMessageContaining("holds no checkpoint of run");
      assertThat(new RunFolder(folder.resolve("stranger")).segmenter())
          .as("state of a segmenter that has begun")
          .doesNotExist();

      out.await(out.versions() + 3, summary);
      run.stop();
      assertThat(summary.join().version()).isGreaterThan(3);
    }
  }

  @Test
  void takenPortsAreNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      TrainingRun atBroker = run("ports", new StringWriter(), settings("broker.port=" + port));
      assertThatThrownBy(atBroker::run)
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("broker.port")
          .hasMessageContaining(Integer.toString(port));
      TrainingRun atAdmin = run("ports", new StringWriter(), settings("admin.port=" + port));
      assertThatThrownBy(atAdmin::run)
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("admin.port")
          .hasMessageContaining(Integer.toString(port));
    }
  }
}
