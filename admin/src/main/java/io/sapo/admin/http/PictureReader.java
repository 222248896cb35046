package io.sapo.admin.http;

import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.PictureFormat;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.schemas.Picture;
import java.nio.ByteBuffer;

/**
 * Pictures of records, as a browser may show them.
 *
 * <p>A record names a file by path and hash. Only a file below the configured folders, with that
 * hash and a picture's first bytes is served, so that a forged record shows nothing that its writer
 * did not hold already.
 */
final class PictureReader {
  private PictureReader() {}

  record Image(String type, byte[] bytes) {}

  static Image read(PictureFiles files, Picture picture) {
    byte[] bytes;
    try {
      bytes = files.verified(picture.getBytes(), picture.getPath(), picture.getSha256());
    } catch (UnreadablePictureException e) {
      throw new ApiException(picture.getBytes() == null ? 404 : 422, e.getMessage());
    }
    PictureFormat format =
        PictureFormat.of(ByteBuffer.wrap(bytes))
            .orElseThrow(
                () -> new ApiException(422, "the picture is neither PNG, JPEG, GIF nor WebP"));
    return new Image(format.mediaType(), bytes);
  }
}
