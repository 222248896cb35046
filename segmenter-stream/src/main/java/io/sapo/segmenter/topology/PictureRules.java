package io.sapo.segmenter.topology;

import io.sapo.pictures.PictureHash;
import io.sapo.pictures.PictureStructure;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.schemas.Picture;
import java.nio.ByteBuffer;
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
    boolean sound =
        (path.startsWith("/") || path.startsWith("file:/"))
            && path.length() <= MAX_PATH_CHARS
            && path.indexOf('\0') < 0;
    if (!sound) {
      throw new RefusedException(
          Reason.UNREADABLE_PICTURE,
          where
              + ".path must be an absolute path or file: URI of at most "
              + MAX_PATH_CHARS
              + " characters");
    }
  }

  private static void checkBytes(String where, ByteBuffer bytes, String announced)
      throws RefusedException {
    if (!PictureHash.of(bytes).equals(announced)) {
      throw new RefusedException(
          Reason.PICTURE_HASH,
          where + ": its bytes do not have the announced SHA-256 " + announced);
    }
    try {
      PictureStructure.check(bytes);
    } catch (UnreadablePictureException e) {
      throw new RefusedException(Reason.UNREADABLE_PICTURE, where + ": " + e.getMessage());
    }
  }
}
