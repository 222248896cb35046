package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class VersionFoldersTest {
  private static final String SHA = "0123456789abcdef";

  @TempDir Path folder;

  private VersionFolders folders() {
    return new VersionFolders(folder.resolve("shared"), Duration.ofMillis(1));
  }

  private static void fill(Path target) {
    try {
      Files.createDirectory(target);
      Files.writeString(target.resolve("model.safetensors"), "weights");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("shared"))) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** One configuration for two producers names one folder. */
  @Test
  void producersThatShareAFolderWriteAVersionAtTheSameTime() throws Exception {
    int producers = 4;
    CyclicBarrier written = new CyclicBarrier(producers);
    String name = VersionFolders.name(3, SHA);
    List<CompletableFuture<Path>> all =
        IntStream.range(0, producers)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () ->
                            folders()
                                .put(
                                    name,
                                    target -> {
                                      fill(target);
                                      await(written);
                                    }),
                        task -> new Thread(task).start()))
            .toList();
    for (CompletableFuture<Path> one : all) {
      assertThat(one.get().resolve("model.safetensors")).hasContent("weights");
    }
    assertThat(names()).containsExactly(name);
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatADiskRefusesForAMomentIsTriedAgain() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    Path put =
        folders()
            .put(
                VersionFolders.name(1, SHA),
                target -> {
                  if (tries.incrementAndGet() < 3) {
                    throw new UncheckedIOException(new IOException("Stale file handle"));
                  }
                  fill(target);
                });
    assertThat(put.resolve("model.safetensors")).exists();
    assertThatThrownBy(
            () ->
                folders()
                    .put(
                        VersionFolders.name(2, SHA),
                        target -> {
                          throw new UncheckedIOException(new IOException("Stale file handle"));
                        }))
        .hasMessageContaining("sapo-v2-0123456789ab: cannot be written: Stale file handle");
  }

  @Test
  void oldVersionsAndWhatKilledProducersLeftGo() throws Exception {
    VersionFolders folders = folders();
    for (int version = 1; version <= 6; version++) {
      folders.put(VersionFolders.name(version, SHA), VersionFoldersTest::fill);
    }
    Path left = folder.resolve("shared").resolve("..sapo-unfinished-x.tmp");
    Path busy = folder.resolve("shared").resolve(".sapo-unfinished-y");
    fill(left);
    fill(busy);
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    folders.deleteOld(
        folder.resolve("shared").resolve(VersionFolders.name(5, SHA)), 5, name -> false);
    assertThat(names())
        .containsExactly(
            ".sapo-unfinished-y",
            VersionFolders.name(2, SHA),
            VersionFolders.name(3, SHA),
            VersionFolders.name(4, SHA),
            VersionFolders.name(5, SHA),
            VersionFolders.name(6, SHA));
  }
}
