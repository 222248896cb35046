package io.sapo.policy.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * SHA-256 of tensors: of each the digest of its elements, made in parallel, and of all a digest
 * over names, shapes and these.
 */
public final class TensorDigest {
  private TensorDigest() {}

  /**
   * Lowercase hexadecimal digest over, for each tensor in iteration order: the name in UTF-8 with
   * its length, the shape with its rank, the element type's name, and the digest of the elements;
   * numbers little-endian.
   */
  public static String sha256(Collection<? extends TensorData> tensors) {
    List<byte[]> elements = tensors.parallelStream().map(TensorDigest::ofElements).toList();
    MessageDigest all = DigestUtils.getSha256Digest();
    int next = 0;
    for (TensorData tensor : tensors) {
      all.update(header(tensor.spec(), tensor.type().name()));
      all.update(elements.get(next++));
    }
    return HexFormat.of().formatHex(all.digest());
  }

  /**
   * The digest of all from those of each.
   *
   * @param elements gives the lowercase hexadecimal digest of a tensor's elements
   */
  public static String combined(
      Collection<TensorSpec> tensors, ElementType type, Function<TensorSpec, String> elements) {
    MessageDigest all = DigestUtils.getSha256Digest();
    for (TensorSpec tensor : tensors) {
      all.update(header(tensor, type.name()));
      all.update(HexFormat.of().parseHex(elements.apply(tensor)));
    }
    return HexFormat.of().formatHex(all.digest());
  }

  /** Lowercase hexadecimal digest of a tensor's elements alone. */
  public static String sha256(TensorData tensor) {
    return HexFormat.of().formatHex(ofElements(tensor));
  }

  private static byte[] ofElements(TensorData tensor) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    tensor.forEachWindow(digest::update);
    return digest.digest();
  }

  private static ByteBuffer header(TensorSpec spec, String type) {
    byte[] name = spec.name().getBytes(StandardCharsets.UTF_8);
    byte[] typeName = type.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer header =
        ByteBuffer.allocate(12 + name.length + typeName.length + 8 * spec.shape().length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(name.length)
            .put(name)
            .putInt(spec.shape().length);
    for (long dimension : spec.shape()) {
      header.putLong(dimension);
    }
    return header.putInt(typeName.length).put(typeName).flip();
  }
}
