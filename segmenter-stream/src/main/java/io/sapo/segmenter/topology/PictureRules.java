package io.sapo.segmenter.topology;

import io.sapo.schemas.Picture;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What must hold of a picture. Inline bytes are hashed and their structure is walked, without
 * decoding pixels; a picture given by path is read, and checked against its hash, by whoever trains
 * on it, since the path may lie on another machine and comes from outside.
 */
final class PictureRules {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int MAX_PATH_CHARS = 4096;

  private PictureRules() {}

  static void check(int index, Picture picture) throws RefusedException {
    String where = "pictures[" + index + "]";
    ByteBuffer bytes = picture.getBytes();
    if ((bytes == null) == (picture.getPath() == null)) {
      throw new RefusedException(
          Reason.UNREADABLE_PICTURE, where + " must have either bytes or a path");
    }
    if (!SHA256.matcher(picture.getSha256()).matches()) {
      throw new RefusedException(
          Reason.PICTURE_HASH, where + ".sha256 is not 64 lower-case hexadecimal digits");
    }
    if (bytes == null) {
      checkPath(where, picture.getPath());
    } else {
      checkBytes(where, bytes, picture.getSha256());
    }
  }

  private static void checkPath(String where, String path) throws RefusedException {
    if (path.isBlank() || path.length() > MAX_PATH_CHARS || path.indexOf('\0') >= 0) {
      throw new RefusedException(
          Reason.UNREADABLE_PICTURE,
          where + ".path must have 1 to " + MAX_PATH_CHARS + " characters, none of them NUL");
    }
  }

  private static void checkBytes(String where, ByteBuffer bytes, String announced)
      throws RefusedException {
    MessageDigest sha256 = sha256();
    sha256.update(bytes.duplicate());
    if (!Arrays.equals(sha256.digest(), HexFormat.of().parseHex(announced))) {
      throw new RefusedException(
          Reason.PICTURE_HASH,
          where + ": its bytes do not have the announced SHA-256 " + announced);
    }
    String fault = PictureStructure.fault(bytes);
    if (fault != null) {
      throw new RefusedException(Reason.UNREADABLE_PICTURE, where + ": " + fault);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
