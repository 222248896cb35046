package io.sapo.segmenter.topology;

import io.sapo.schemas.PackedArrays;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A trajectory that waits for judges, as the store keeps it, with the cut they were shown. */
record Held(Source source, Cut cut) {
  private static final byte FORMAT = 1;

  byte[] toBytes() {
    byte[] strategy = cut.strategy().getBytes(StandardCharsets.UTF_8);
    ByteBuffer ends = PackedArrays.pack(cut.ends());
    return ByteBuffer.allocate(
            1
                + Long.BYTES
                + 4 * Integer.BYTES
                + strategy.length
                + ends.remaining()
                + source.key().length
                + source.value().length)
        .put(FORMAT)
        .putInt(source.partition())
        .putLong(source.offset())
        .putInt(strategy.length)
        .put(strategy)
        .putInt(ends.remaining())
        .put(ends)
        .putInt(source.key().length)
        .put(source.key())
        .put(source.value())
        .array();
  }

  /**
   * @param topic it was read from
   */
  static Held fromBytes(String topic, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte format = in.get();
    if (format != FORMAT) {
      throw new IllegalStateException(
          "a held trajectory has format " + format + ", this version reads " + FORMAT);
    }
    int partition = in.getInt();
    long offset = in.getLong();
    String strategy = new String(bytes(in, in.getInt()), StandardCharsets.UTF_8);
    int[] ends = PackedArrays.ints(ByteBuffer.wrap(bytes(in, in.getInt())));
    byte[] key = bytes(in, in.getInt());
    byte[] value = bytes(in, in.remaining());
    return new Held(new Source(key, value, topic, partition, offset), new Cut(ends, strategy));
  }

  private static byte[] bytes(ByteBuffer in, int count) {
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }
}
