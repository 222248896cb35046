package io.sapo.learner.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which checkpoints are kept, and that none is ever half there. */
class CheckpointStoreTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir static Path models;
  @TempDir Path data;
  private static ActorFiles files;
  private TrainingState state;

  @BeforeAll
  static void writeModel() {
    CheckpointFolder model = CheckpointFolder.open(TinyRun.modelFolder(models.resolve("model")));
    files = ActorFiles.of(TinyRun.base(), model);
  }

  @BeforeEach
  void freshState() {
    state = TrainingState.initial(TinyRun.weights(), AlgorithmSettings.of(Algorithm.SAPO));
  }

  private Snapshot snapshot(long version) {
    return Snapshot.of(
        new CheckpointManifest("a-run", version, 0, "digest", state.hashes()), state);
  }

  private CheckpointStore store(int keep) {
    return new CheckpointStore(data, keep, DAY, FaultHook.NONE);
  }

  private void age(CheckpointStore store, long version, Duration age) throws IOException {
    Files.setLastModifiedTime(
        store.folder(version).resolve(CheckpointFiles.MANIFEST),
        FileTime.from(Instant.now().minus(age)));
  }

  @Test
  void keepsTheNewestByCountAndTheReferenceAlways() {
    CheckpointStore store = store(3);
    for (long version = 0; version <= 6; version += 1) {
      store.write(snapshot(version), files);
    }
    assertThat(store.versions()).containsExactly(0L, 4L, 5L, 6L);
  }

  /** The folder of named chat templates among them. */
  @Test
  void theReferenceOfAnotherRunIsTakenWithAllItsFiles() throws IOException {
    CheckpointStore other = store(2);
    other.write(snapshot(0), files);
    Path template = Path.of("additional_chat_templates", "tool_use.jinja");
    Path actor = CheckpointFiles.actor(other.folder(0));
    Files.createDirectory(actor.resolve(template).getParent());
    Files.writeString(actor.resolve(template), "T");
    CheckpointStore fork = new CheckpointStore(data.resolve("fork"), 2, DAY, FaultHook.NONE);
    fork.adoptReference(other.folder(0), snapshot(0).manifest());
    Path copy = CheckpointFiles.actor(fork.folder(0));
    assertThat(copy.resolve(template)).hasContent("T");
    assertThat(copy.resolve("config.json")).hasSameBinaryContentAs(actor.resolve("config.json"));
  }

  /** An operator's copies, made while the run trains. */
  @Test
  void otherFoldersAreLeftAlone() throws IOException {
    CheckpointStore store = store(2);
    for (long version = 0; version <= 2; version++) {
      store.write(snapshot(version), files);
    }
    Path copy = Files.createDirectory(store.folder(1).resolveSibling("version-0000000001.bak"));
    Path named = Files.createDirectory(store.folder(1).resolveSibling("version-before-lunch"));
    store.write(snapshot(3), files);
    store.sweep(2);
    assertThat(store.versions()).containsExactly(0L, 2L);
    assertThat(copy).exists();
    assertThat(named).exists();
  }

  @Test
  void keepsByAgeButNeverFewerThanTwo() throws IOException {
    CheckpointStore store = store(10);
    for (long version = 0; version <= 4; version++) {
      store.write(snapshot(version), files);
    }
    assertThat(store.versions()).containsExactly(0L, 1L, 2L, 3L, 4L);
    for (long version = 0; version <= 4; version++) {
      age(store, version, version == 2 ? DAY.minusMinutes(5) : DAY.plusMinutes(5));
    }
    store.write(snapshot(5), files);
    assertThat(store.versions()).as("1 and 3 are old, 2 is not").containsExactly(0L, 2L, 4L, 5L);
  }

  @Test
  void whatCannotBeWrittenLeavesTheOlderOnesAndSaysWhere() throws IOException {
    CheckpointStore store = store(2);
    store.write(snapshot(1), files);
    FaultHook full =
        point -> {
          throw new java.io.UncheckedIOException(new IOException("No space left on device"));
        };
    CheckpointStore failing = new CheckpointStore(data, 2, DAY, full);
    assertThatThrownBy(() -> failing.write(snapshot(2), files))
        .hasMessageContaining("No space left on device");
    assertThat(store.versions()).containsExactly(1L);
    store.sweep(1);
    try (var left = Files.list(data.resolve("checkpoints"))) {
      assertThat(left).hasSize(1);
    }
  }

  /** As LANG=fa_IR.UTF-8 sets it, whose numbers have digits of their own. */
  @Test
  void checkpointsAreFoundWhateverTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("fa-IR"));
    try {
      CheckpointStore store = store(2);
      store.write(snapshot(12), files);
      assertThat(store.versions()).containsExactly(12L);
      assertThat(store.relativeFolder(12)).isEqualTo("checkpoints/version-0000000012");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void anExportThatWasKilledIsSwept() throws IOException {
    CheckpointStore store = store(2);
    Path done = store.export(3, state.actor().weights().tensors(), files);
    Path half =
        Files.createDirectory(done.resolveSibling("." + store.folder(4).getFileName() + ".tmp"));
    Files.writeString(half.resolve("model.safetensors"), "half");
    Path other = Files.createDirectory(done.resolveSibling(".mine.tmp"));
    store.sweep(4);
    assertThat(half).doesNotExist();
    assertThat(done).exists();
    assertThat(other).exists();
  }

  /** As one restored in part, or made by hand: no reason to write no more. */
  @Test
  void aFolderWithoutAManifestIsAsOldAsItself() throws IOException {
    CheckpointStore store = store(3);
    store.write(snapshot(1), files);
    Path empty = Files.createDirectory(store.folder(2));
    store.write(snapshot(3), files);
    store.write(snapshot(4), files);
    assertThat(store.versions()).containsExactly(2L, 3L, 4L);
    Files.setLastModifiedTime(empty, FileTime.from(Instant.now().minus(DAY.multipliedBy(2))));
    store.write(snapshot(4), files);
    assertThat(store.versions()).containsExactly(3L, 4L);
  }
}
