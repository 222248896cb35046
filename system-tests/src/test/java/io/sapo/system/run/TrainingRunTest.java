package io.sapo.system.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.admin.AdminException;
import io.sapo.broker.BrokerException;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.progress.RunSummary;
import io.sapo.standalone.run.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
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
    return new TrainingRun(
        settings,
        new RunFolder(folder.resolve(name)),
        checkpoint,
        new PrintWriter(out),
        false,
        false);
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
  }

  @Test
  void stoppingEndsItAfterTheUpdateItIsAtAndSumsUp() {
    Watched out = new Watched("version 2/");
    TrainingRun run = run("stopped", out, settings());
    CompletableFuture<RunSummary> summary =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return run.run();
              } catch (InterruptedException e) {
                throw new CompletionException(e);
              }
            });
    CompletableFuture.anyOf(out.seen, summary).orTimeout(5, TimeUnit.MINUTES).join();
    run.stop();
    assertThat(summary.join().version()).isGreaterThanOrEqualTo(2);
    assertThat(summary.join().records().trained()).isEqualTo(8 * summary.join().version());
    assertThat(summary.join().accuracy().after()).isNull();
    assertThat(new RunFolder(folder.resolve("stopped")).liveAddress()).isEmpty();
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
