package io.sapo.policy.network;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** SHA-256 of named float32 tensors, taken one at a time or all at once. Not thread-safe. */
public final class TensorDigest {
  private static final int PIECE_VALUES = 1 << 16;

  private final MessageDigest digest = newDigest();
  private final ByteBuffer piece =
      ByteBuffer.allocate(PIECE_VALUES * 4).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * Lowercase hexadecimal digest over, for each tensor in iteration order: the name in UTF-8 with
   * its length, the shape with its rank, and the values, all little-endian.
   */
  public static String sha256(Map<String, NDArray> tensors) {
    TensorDigest digest = new TensorDigest();
    tensors.forEach(
        (name, array) -> digest.add(name, array.getShape().getShape(), array.toFloatArray()));
    return digest.hex();
  }

  /** Takes up the next tensor. */
  public void add(String name, long[] shape, float[] values) {
    update(digest, name, shape);
    update(digest, values, piece);
  }

  /** The digest of the tensors added; to be asked once. */
  public String hex() {
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
