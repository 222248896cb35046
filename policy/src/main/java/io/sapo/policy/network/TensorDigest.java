package io.sapo.policy.network;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** SHA-256 of named float32 tensors. */
public final class TensorDigest {
  private static final int PIECE_VALUES = 1 << 16;

  private TensorDigest() {}

  /**
   * Lowercase hexadecimal digest over, for each tensor in iteration order: the name in UTF-8 with
   * its length, the shape with its rank, and the values, all little-endian.
   */
  public static String sha256(Map<String, NDArray> tensors) {
    MessageDigest digest = newDigest();
    ByteBuffer piece = ByteBuffer.allocate(PIECE_VALUES * 4).order(ByteOrder.LITTLE_ENDIAN);
    tensors.forEach(
        (name, array) -> {
          update(digest, name, array.getShape().getShape());
          update(digest, array.toFloatArray(), piece);
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void update(MessageDigest digest, String name, long[] shape) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer header =
        ByteBuffer.allocate(8 + nameBytes.length + 8 * shape.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(nameBytes.length)
            .put(nameBytes)
            .putInt(shape.length);
    for (long dimension : shape) {
      header.putLong(dimension);
    }
    digest.update(header.flip());
  }

  private static void update(MessageDigest digest, float[] values, ByteBuffer piece) {
    for (int begin = 0; begin < values.length; begin += PIECE_VALUES) {
      int count = Math.min(PIECE_VALUES, values.length - begin);
      piece.clear();
      piece.asFloatBuffer().put(values, begin, count);
      digest.update(piece.limit(count * 4));
    }
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
