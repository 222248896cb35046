package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The encodings that are read. */
public enum PictureFormat {
  PNG("image/png"),
  JPEG("image/jpeg"),
  GIF("image/gif"),
  WEBP("image/webp");

  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int JPEG_START = 0xFFD8FF;
  private static final int GIF_8 = 0x47494638;
  private static final int RIFF = 0x52494646;
  private static final int WEBP_TYPE = 0x57454250;

  private final String mediaType;

  PictureFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  public String mediaType() {
    return mediaType;
  }

  /** Told by the first bytes; the rest may be damaged all the same. */
  public static Optional<PictureFormat> of(ByteBuffer encoded) {
    ByteBuffer in = encoded.slice().order(ByteOrder.BIG_ENDIAN);
    if (in.remaining() < 12) {
      return Optional.empty();
    }
    if (in.getLong(0) == PNG_SIGNATURE) {
      return Optional.of(PNG);
    }
    if (in.getInt(0) >>> 8 == JPEG_START) {
      return Optional.of(JPEG);
    }
    if (in.getInt(0) == GIF_8) {
      return Optional.of(GIF);
    }
    return in.getInt(0) == RIFF && in.getInt(8) == WEBP_TYPE ? Optional.of(WEBP) : Optional.empty();
  }
}
