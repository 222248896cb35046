package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;

/** The hash by which records name a picture's bytes. */
public final class PictureHash {
  private PictureHash() {}

  /** Hex SHA-256, lower case. */
  public static String of(byte[] encoded) {
    return of(ByteBuffer.wrap(encoded));
  }

  /** Hex SHA-256, lower case; the buffer's position stays. */
  public static String of(ByteBuffer encoded) {
    MessageDigest sha256 = DigestUtils.getSha256Digest();
    sha256.update(encoded.duplicate());
    return HexFormat.of().formatHex(sha256.digest());
  }
}
