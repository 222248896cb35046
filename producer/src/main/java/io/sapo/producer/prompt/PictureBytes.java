package io.sapo.producer.prompt;

import io.sapo.schemas.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The encoded bytes of a picture, inline or from its file, checked against its hash. */
final class PictureBytes {
  private static final int MAX_BYTES = 16 << 20;

  static final class WrongHashException extends IOException {
    private static final long serialVersionUID = 1;

    WrongHashException(String message) {
      super(message);
    }
  }

  private PictureBytes() {}

  static byte[] of(Picture picture) throws IOException {
    byte[] bytes;
    if (picture.getBytes() != null) {
      bytes = new byte[picture.getBytes().remaining()];
      picture.getBytes().duplicate().get(bytes);
    } else {
      bytes = read(picture.getPath());
    }
    String found = sha256(bytes);
    if (!found.equals(picture.getSha256())) {
      throw new WrongHashException(
          "its bytes hash to %s, announced as %s".formatted(found, picture.getSha256()));
    }
    return bytes;
  }

  private static byte[] read(String path) throws IOException {
    if (path == null) {
      throw new IOException("has neither bytes nor a path");
    }
    try {
      Path file = Path.of(path.startsWith("file://") ? path.substring("file://".length()) : path);
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new IOException(
            "%s has %d bytes, at most %d are taken".formatted(path, size, MAX_BYTES));
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException | InvalidPathException e) {
      throw new IOException("there is no file " + path, e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
