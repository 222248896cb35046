package io.sapo.admin.http;

import io.sapo.schemas.Picture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Pictures of records, as a browser may show them.
 *
 * <p>A record names a file by path and hash. Only a file with that hash and a picture's first bytes
 * is served, so that a forged record shows nothing that its writer did not hold already.
 */
final class PictureReader {
  private static final int MAX_BYTES = 16 << 20;

  private PictureReader() {}

  record Image(String type, byte[] bytes) {}

  static Image read(Picture picture) {
    byte[] bytes = picture.getBytes() != null ? copy(picture.getBytes()) : file(picture.getPath());
    if (!sha256(bytes).equalsIgnoreCase(picture.getSha256())) {
      throw new ApiException(422, "the picture does not have the hash that its record names");
    }
    return new Image(type(bytes), bytes);
  }

  private static byte[] copy(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static byte[] file(String path) {
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length <= MAX_BYTES) {
        return bytes;
      }
    } catch (IOException | IllegalArgumentException | NullPointerException e) {
      throw new ApiException(404, "the picture's file cannot be read on this machine");
    }
    throw new ApiException(422, "the picture is larger than " + MAX_BYTES + " bytes");
  }

  private static String type(byte[] bytes) {
    if (startsWith(bytes, 0x89, 'P', 'N', 'G')) {
      return "image/png";
    }
    if (startsWith(bytes, 0xff, 0xd8, 0xff)) {
      return "image/jpeg";
    }
    throw new ApiException(422, "the picture is neither PNG nor JPEG");
  }

  private static boolean startsWith(byte[] bytes, int... expected) {
    if (bytes.length < expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if ((bytes[i] & 0xff) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
