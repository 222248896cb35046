package io.sapo.pictures;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Which JPEG decoder this is, told by what it makes of a few small pictures: some Java runtimes use
 * the operating system's library, which changes without them.
 */
public final class JpegTrial {
  private static final List<String> PICTURES = List.of("444", "422", "420", "progressive", "grey");

  private JpegTrial() {}

  /**
   * Hex SHA-256 over the pixels of a picture of each kind of subsampling, of a progressive and of a
   * grey one. Takes some milliseconds.
   */
  public static String sha256() {
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (String picture : PICTURES) {
      digest.update(PictureDecoder.decode(encoded("trial-" + picture + ".jpg")).rgb());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] encoded(String name) {
    try (InputStream in = JpegTrial.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": cannot be read", e);
    }
  }
}
