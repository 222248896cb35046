package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.standalone.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceSlotTest {
  @TempDir private Path data;

  private InstanceSlot take(String folder) {
    return InstanceSlot.take(new RunFolder(data.resolve(folder)), RoleKind.SEGMENTER);
  }

  @Test
  void namesOfOneHostDifferBetweenFoldersToo() throws IOException {
    try (InstanceSlot one = take("one");
        InstanceSlot beside = take("one");
        InstanceSlot elsewhere = take("two")) {
      assertThat(one.folder()).isEqualTo(data.resolve("one/segmenter-0"));
      assertThat(beside.folder()).isEqualTo(data.resolve("one/segmenter-1"));
      assertThat(elsewhere.folder()).isEqualTo(data.resolve("two/segmenter-0"));
      assertThat(one.instance()).contains("-segmenter-0-").matches("[A-Za-z0-9._-]+");
      assertThat(elsewhere.instance()).isNotIn(one.instance(), beside.instance());
    }
  }

  @Test
  void aRestartFindsItsNameAgain() throws IOException {
    String name;
    try (InstanceSlot slot = take("one")) {
      name = slot.instance();
    }
    try (InstanceSlot slot = take("one")) {
      assertThat(slot.instance()).isEqualTo(name);
    }
  }

  /** As of a release that kept nothing in it, or of a disk that was full. */
  @Test
  void aFileWithoutAWholeNameGetsOne() throws IOException {
    Files.createDirectories(data.resolve("one"));
    for (String kept : new String[] {"", "0a1", "../../etc"}) {
      Files.writeString(data.resolve("one/segmenter-0.lock"), kept);
      String name;
      try (InstanceSlot slot = take("one")) {
        name = slot.instance();
        assertThat(name).matches(".*-segmenter-0-[0-9a-f]{8}");
      }
      try (InstanceSlot slot = take("one")) {
        assertThat(slot.instance()).isEqualTo(name);
      }
    }
  }
}
