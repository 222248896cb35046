package io.sapo.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Files of pictures, as the platform writes them. */
final class EncodedPictures {
  private static final String LOSSY_WEBP =
      """
      UklGRsgAAABXRUJQVlA4ILwAAACQBQCdASoRAA8APpE4l0eloyIhMAgAsBIJbACdMoRwN6BvARgFWd/wFxtg\
      NDxEqZsRTLe8AAD+76Ca8KaNuZzD6D3LCRTsMCcT/tkK3VHTOL5IqvMq9ZgtnoZjmfMG8Lcc74wK/V44b46O\
      T+QlpG6WsnTiI2b/91lDpzg6Z8Oau0lG+xT2V2KEX/yL1gKrPLq9AeQ8lI/yhvTryYXXDKVZEy/+VXuC/5Vm\
      j8c6/TWFZ6RjrElUQaEqTYAAAA==""";

  private static final String LOSSLESS_WEBP =
      """
      UklGRtoAAABXRUJQVlA4TM4AAAAvMcAJAGeBtm3bxiYqSRsRAUGPIE8QLwgfAZJs26oa3BLc4sF17/nPj396\
      aDOi/4rctm3YPU/JJwAAAAAAAAAAAAAAAIBSuVKt2Wi22nR87/b6g6FjJtPZ3M+v759f/F8sV+uNuz2H48lk\
      PfgWHAU/0l9wGzwHa/XsgsPgPJjcBE/BajA5CM6C2bkOHoOVYHb2g9NgLlxdFNvBcjAXFleK7WBuuwyGy7Ng\
      btsNJvOKi2B2PqqPrhCdD+ujVzdnrhCdj+qjlzdnrhCdr9VHAA==""";

  private EncodedPictures() {}

  /** 17 by 15 pixels in all colours. */
  static byte[] lossyWebp() {
    return Base64.getDecoder().decode(LOSSY_WEBP.strip());
  }

  /** 50 by 40 pixels in 45 colours. */
  static byte[] losslessWebp() {
    return Base64.getDecoder().decode(LOSSLESS_WEBP.strip());
  }

  static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  /** A JPEG of four components with Adobe's marker. */
  static byte[] cmyk(Raster raster, int transform) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(raster, null, null), null);
    } finally {
      writer.dispose();
    }
    byte[] jpeg = bytes.toByteArray();
    byte[] marker =
        bytes(0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform);
    return ByteBuffer.allocate(jpeg.length + marker.length)
        .put(jpeg, 0, 2)
        .put(marker)
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
