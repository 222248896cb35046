package io.sapo.learner.recovery;

import io.sapo.policy.network.Weights;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Identifies the code that computes updates: SHA-256 over classes and scripts of learner and
 * policy, as they are loaded.
 */
final class CodeDigest {
  private static final String SHA256 = computed();

  private CodeDigest() {}

  static String sha256() {
    return SHA256;
  }

  static String sha256(Path file) throws IOException {
    MessageDigest digest = DigestUtils.getSha256Digest();
    update(digest, file);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String computed() {
    MessageDigest digest = DigestUtils.getSha256Digest();
    update(digest, CodeDigest.class, "io/sapo/learner");
    update(digest, Weights.class, "io/sapo/policy");
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Everything below a folder of the archive, or the folder, that a class was loaded from. */
  private static void update(MessageDigest digest, Class<?> loaded, String folder) {
    try {
      URI location = loaded.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path path = Path.of(location);
      if (Files.isDirectory(path)) {
        updateFolder(digest, path.resolve(folder));
      } else {
        try (FileSystem archive = FileSystems.newFileSystem(path, Map.of())) {
          updateFolder(digest, archive.getPath("/" + folder));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void updateFolder(MessageDigest digest, Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file :
        files.stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList()) {
      String name = folder.relativize(file).toString().replace('\\', '/');
      digest.update((name + '\n').getBytes(StandardCharsets.UTF_8));
      update(digest, file);
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
