package io.sapo.segmenter.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A group that waits for rollouts.
 *
 * @param size rollouts wanted
 * @param count rollouts present
 * @param openedAtMs wall-clock time of the first
 */
record OpenGroup(int size, int count, long openedAtMs, String taskId) {
  private static final byte FORMAT = 1;

  static final Serde<OpenGroup> SERDE =
      Serdes.serdeFrom((topic, group) -> group.toBytes(), (topic, bytes) -> fromBytes(bytes));

  OpenGroup withOneMore() {
    return new OpenGroup(size, count + 1, openedAtMs, taskId);
  }

  private byte[] toBytes() {
    byte[] task = taskId.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + 2 * Integer.BYTES + Long.BYTES + task.length)
        .put(FORMAT)
        .putInt(size)
        .putInt(count)
        .putLong(openedAtMs)
        .put(task)
        .array();
  }

  private static OpenGroup fromBytes(byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte format = in.get();
    if (format != FORMAT) {
      throw new IllegalStateException(
          "group state has format " + format + ", this version reads " + FORMAT);
    }
    int size = in.getInt();
    int count = in.getInt();
    long openedAtMs = in.getLong();
    return new OpenGroup(size, count, openedAtMs, StandardCharsets.UTF_8.decode(in).toString());
  }
}
