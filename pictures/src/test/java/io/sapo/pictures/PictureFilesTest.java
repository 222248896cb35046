package io.sapo.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class PictureFilesTest {
  private static final byte[] CONTENT = {1, 2, 3};

  @TempDir Path temp;
  private Path root;
  private PictureFiles files;

  @BeforeEach
  void folders() throws Exception {
    root = Files.createDirectories(temp.resolve("pictures"));
    files = new PictureFiles(List.of(root));
    Files.write(root.resolve("a b.png"), CONTENT);
    Files.write(temp.resolve("outside.png"), CONTENT);
  }

  @Test
  void filesBelowARootAreReadByPathAndUri() throws Exception {
    Files.createDirectories(root.resolve("deep/er"));
    Files.write(root.resolve("deep/er/b.png"), CONTENT);
    assertThat(files.read(root + "/a b.png")).isEqualTo(CONTENT);
    assertThat(files.read("file://" + root + "/a%20b.png")).isEqualTo(CONTENT);
    assertThat(files.read(root + "/deep/../deep/er/b.png")).isEqualTo(CONTENT);
    Files.createSymbolicLink(root.resolve("link.png"), root.resolve("a b.png"));
    assertThat(files.read(root + "/link.png")).isEqualTo(CONTENT);
  }

  @Test
  void linkedRootsAreRoots() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("linked"), root);
    assertThat(new PictureFiles(List.of(link)).read(link + "/a b.png")).isEqualTo(CONTENT);
  }

  @Test
  void nothingElseIsOpened() throws Exception {
    assertRefused("/dev/zero", "lies outside");
    assertRefused(temp + "/outside.png", "lies outside");
    assertRefused(root + "/../outside.png", "lies outside");
    assertRefused("file:///etc/passwd", "lies outside");
    assertRefused(root + "-other/a.png", "lies outside");
    assertRefused("pictures/a.png", "not absolute");
    assertRefused("https://example.org/a.png", "not absolute");
    assertRefused("file:a.png", "no path");
    assertRefused("file://host/a.png", "no path");
    assertRefused("/a\0b", "no path");
    assertRefused("", "not absolute");
    assertThatThrownBy(() -> PictureFiles.none().read(root + "/a b.png"))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("no folders of pictures are configured");
  }

  /** Of which one becomes a dead letter's reason, and several stand in a log. */
  @Test
  void namesAreShortenedInEveryMessage() {
    String parts = "x".repeat(250) + "/";
    for (String name :
        List.of(
            root + "/" + parts.repeat(8), // does not exist
            root + "/" + parts.repeat(100), // too long for the file system
            root + "/" + "y".repeat(3_000), // too long for a file's name
            "/elsewhere/" + parts.repeat(8),
            "relative/" + parts.repeat(8))) {
      assertThatThrownBy(() -> files.read(name))
          .isInstanceOf(UnreadablePictureException.class)
          .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(600));
    }
    assertThatThrownBy(() -> files.verified(ByteBuffer.wrap(CONTENT), "/" + parts, "00"))
        .hasMessageContaining("either bytes or a path");
  }

  @Test
  void linksThatLeadOutAreFound() throws Exception {
    Files.createSymbolicLink(root.resolve("out.png"), temp.resolve("outside.png"));
    Files.createSymbolicLink(root.resolve("zero"), Path.of("/dev/zero"));
    Files.createSymbolicLink(root.resolve("up"), temp);
    assertRefused(root + "/out.png", "lies outside");
    assertRefused(root + "/zero", "lies outside");
    assertRefused(root + "/up/outside.png", "lies outside");
  }

  @Test
  void onlyRegularFilesAreRead() throws Exception {
    Path fifo = root.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    assertRefused(fifo.toString(), "no regular file");
    assertRefused(root.toString(), "no regular file");
    assertThatThrownBy(() -> new PictureFiles(List.of(Path.of("/dev"))).read("/dev/zero"))
        .hasMessageContaining("no regular file");
    assertRefused(root + "/none.png", "does not exist");
  }

  @Test
  void noMoreBytesAreReadThanTheLimit() throws Exception {
    try (RandomAccessFile large = new RandomAccessFile(root.resolve("large").toFile(), "rw")) {
      large.setLength(PictureLimits.MAX_ENCODED_BYTES);
      assertThat(files.read(root + "/large")).hasSize(PictureLimits.MAX_ENCODED_BYTES);
      large.setLength(PictureLimits.MAX_ENCODED_BYTES + 1L);
      assertRefused(root + "/large", "at most " + PictureLimits.MAX_ENCODED_BYTES);
    }
  }

  /** A file of the proc file system says that it is empty and gives bytes all the same. */
  @Test
  void aFileThatGivesMoreThanItSaysIsRefused() {
    assertThatThrownBy(() -> new PictureFiles(List.of(Path.of("/proc"))).read("/proc/version"))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("changes while it is read");
  }

  @Test
  void bytesAreHeldAgainstTheirHash() {
    String hash = PictureHash.of(CONTENT);
    String path = root + "/a b.png";
    assertThat(files.verified(ByteBuffer.wrap(CONTENT), null, hash)).isEqualTo(CONTENT);
    assertThat(files.verified(null, path, hash)).isEqualTo(CONTENT);
    assertThatThrownBy(() -> files.verified(null, path, "00"))
        .isInstanceOf(WrongPictureException.class)
        .hasMessageContaining(path)
        .hasMessageContaining(hash);
    assertThatThrownBy(() -> files.verified(null, null, hash))
        .hasMessageContaining("either bytes or a path");
    ByteBuffer large = ByteBuffer.allocate(PictureLimits.MAX_ENCODED_BYTES + 1);
    assertThatThrownBy(() -> files.verified(large, null, hash)).hasMessageContaining("at most");
  }

  private void assertRefused(String name, String reason) {
    assertThatThrownBy(() -> files.read(name))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining(reason);
  }
}
