package io.sapo.producer.task;

import io.sapo.schemas.Picture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Picture files in or below the folder of the file that names them. They travel inside the record
 * as long as it stays small, and as a path after that.
 */
final class PictureFiles {
  static final int MAX_BYTES = 16 << 20;

  /** Of one task's pictures together: a quarter of what a record may hold. */
  static final int MAX_INLINE_BYTES = 4 << 20;

  private final Path folder;

  PictureFiles(Path folder) {
    this.folder = folder.normalize();
  }

  List<Picture> load(List<String> paths) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    long inline = 0;
    for (String path : paths) {
      Path file = resolve(path);
      byte[] bytes = read(path, file);
      Picture.Builder picture = Picture.newBuilder().setSha256(sha256(bytes));
      if (inline + bytes.length <= MAX_INLINE_BYTES) {
        inline += bytes.length;
        picture.setBytes(ByteBuffer.wrap(bytes));
      } else {
        picture.setPath(file.toString());
      }
      pictures.add(picture.build());
    }
    return pictures;
  }

  private byte[] read(String path, Path file) throws IOException {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new IllegalArgumentException(
            "picture %s has %d bytes, at most %d are taken".formatted(path, size, MAX_BYTES));
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("picture " + path + " is not in " + folder, e);
    }
  }

  private Path resolve(String path) {
    Path file;
    try {
      file = folder.resolve(path).normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("picture '" + path + "' is no path", e);
    }
    if (!file.startsWith(folder)) {
      throw new IllegalArgumentException(
          "picture %s lies outside %s; only pictures in or below it are read"
              .formatted(path, folder));
    }
    return file;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
