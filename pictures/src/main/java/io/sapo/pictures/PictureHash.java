package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The hash by which records name a picture's bytes. */
public final class PictureHash {
  private PictureHash() {}

  /** Hex SHA-256, lower case. */
  public static String of(byte[] encoded) {
    return of(ByteBuffer.wrap(encoded));
  }

  /** Hex SHA-256, lower case; the buffer's position stays. */
  public static String of(ByteBuffer encoded) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(encoded.duplicate());
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
