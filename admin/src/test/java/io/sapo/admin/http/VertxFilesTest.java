package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VertxFilesTest {
  @TempDir Path folder;

  @Test
  void whatKilledProcessesHaveLeftIsDeletedAndNothingElse() throws Exception {
    long never = Long.MAX_VALUE / 10;
    Path left = Files.createDirectories(folder.resolve("sapo-vertx-" + never + "-ab/webroot"));
    Files.writeString(left.resolve("page.html"), "x");
    long own = ProcessHandle.current().pid();
    Path used = Files.createDirectories(folder.resolve("sapo-vertx-" + own + "-ab"));
    Path other = Files.createDirectories(folder.resolve("sapo-vertx-x-ab"));

    VertxFiles.sweep(folder);

    assertThat(left.getParent()).doesNotExist();
    assertThat(used).exists();
    assertThat(other).exists();
  }
}
