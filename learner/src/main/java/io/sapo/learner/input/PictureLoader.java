package io.sapo.learner.input;

import io.sapo.policy.picture.PicturePreprocessor;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.policy.picture.UnreadablePictureException;
import io.sapo.schemas.Picture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Pictures of a record, checked against their announced hash before they are decoded. */
final class PictureLoader {

  /** Largest encoded picture read from a path. */
  private static final long MAX_FILE_BYTES = 64L << 20;

  private final PicturePreprocessor preprocessor;

  PictureLoader(PicturePreprocessor preprocessor) {
    this.preprocessor = preprocessor;
  }

  int tokens(PreparedPicture picture) {
    return preprocessor.tokens(picture);
  }

  PreparedPicture load(Picture picture) throws RefusedException {
    byte[] encoded = encoded(picture);
    String found = sha256(encoded);
    if (!found.equals(picture.getSha256())) {
      throw new RefusedException(
          "picture-hash", "picture announced as " + picture.getSha256() + " hashes to " + found);
    }
    try {
      return preprocessor.prepare(encoded);
    } catch (UnreadablePictureException e) {
      throw new RefusedException("picture-unreadable", found + ": " + e.getMessage());
    }
  }

  private static byte[] encoded(Picture picture) throws RefusedException {
    ByteBuffer inline = picture.getBytes();
    if (inline != null) {
      byte[] bytes = new byte[inline.remaining()];
      inline.duplicate().get(bytes);
      return bytes;
    }
    try {
      Path file = Path.of(picture.getPath());
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new RefusedException(
            "picture-unreadable", file + " has more than " + MAX_FILE_BYTES + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (IOException | InvalidPathException | NullPointerException e) {
      throw new RefusedException(
          "picture-unreadable", "no inline bytes, and path " + picture.getPath() + ": " + e);
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
