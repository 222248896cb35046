package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A liveness probe restarts what does not touch its file for two minutes. */
class ReadyFileTest {
  private static final FileTime OLD = FileTime.fromMillis(1_000_000);

  @TempDir Path folder;

  /** Its process is alive whatever it says. */
  private static final class Still implements Role {
    private Duration sinceProgress = Duration.ZERO;

    @Override
    public void start() {}

    @Override
    public CompletableFuture<?> ready() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<?> done() {
      return new CompletableFuture<>();
    }

    @Override
    public Duration sinceProgress() {
      return sinceProgress;
    }

    @Override
    public void close() {}
  }

  @Test
  void aRoleThatIsStuckDoesNotTouchIt() throws Exception {
    Path ready = folder.resolve("ready");
    Path path = folder.resolve("ready.alive");
    ReadyFile file = new ReadyFile(ready, Duration.ofMinutes(15));
    Still role = new Still();
    file.started();
    assertThat(ready).as("it recovers").doesNotExist();
    Files.setLastModifiedTime(path, OLD);
    role.sinceProgress = Duration.ofMinutes(16);
    file.look(role);
    assertThat(Files.getLastModifiedTime(path)).isEqualTo(OLD);
    role.sinceProgress = Duration.ofMinutes(14);
    file.look(role);
    assertThat(Files.getLastModifiedTime(path)).isGreaterThan(OLD);
    file.write("ready");
    assertThat(ready).hasContent("ready");
    file.delete();
    file.look(role);
    assertThat(path).doesNotExist();
    assertThat(ready).doesNotExist();
  }
}
