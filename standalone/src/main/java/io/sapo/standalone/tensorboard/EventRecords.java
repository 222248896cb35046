package io.sapo.standalone.tensorboard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.zip.CRC32C;

/**
 * Bytes of an event file: TFRecord frames around {@code tensorflow.Event} messages of scalars. The
 * same calls give the same bytes, and later calls only add to them.
 */
final class EventRecords {
  private static final String FILE_VERSION = "brain.Event:2";
  private static final int CRC_MASK = 0xa282ead8;
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED_32 = 5;
  private static final double MILLIS = 1000;

  private final OutputStream file;

  /**
   * @param file stays the caller's
   */
  EventRecords(OutputStream file) {
    this.file = file;
  }

  /** The record that every file begins with. */
  void begin(long atMs) throws IOException {
    Message event = new Message().fixed64(1, Double.doubleToLongBits(atMs / MILLIS));
    frame(event.bytes(3, FILE_VERSION.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * @param values by tag
   */
  void scalars(long atMs, long step, SortedMap<String, Double> values) throws IOException {
    Message summary = new Message();
    values.forEach(
        (tag, value) ->
            summary.bytes(
                1,
                new Message()
                    .bytes(1, tag.getBytes(StandardCharsets.UTF_8))
                    .fixed32(2, Float.floatToIntBits(value.floatValue()))
                    .toByteArray()));
    Message event = new Message().fixed64(1, Double.doubleToLongBits(atMs / MILLIS));
    if (step != 0) {
      event.varint(2, step);
    }
    frame(event.bytes(5, summary.toByteArray()));
  }

  private void frame(Message event) throws IOException {
    byte[] data = event.toByteArray();
    byte[] length = little(Long.BYTES).putLong(data.length).array();
    file.write(length);
    file.write(little(Integer.BYTES).putInt(crc(length)).array());
    file.write(data);
    file.write(little(Integer.BYTES).putInt(crc(data)).array());
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int plain = (int) crc.getValue();
    return Integer.rotateRight(plain, 15) + CRC_MASK;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A Protocol Buffers message, field by field. */
  private static final class Message {
    private final ByteArrayOutputStream fields = new ByteArrayOutputStream();

    Message fixed64(int field, long value) {
      key(field, FIXED_64);
      fields.writeBytes(little(Long.BYTES).putLong(value).array());
      return this;
    }

    Message fixed32(int field, int value) {
      key(field, FIXED_32);
      fields.writeBytes(little(Integer.BYTES).putInt(value).array());
      return this;
    }

    Message bytes(int field, byte[] value) {
      key(field, LENGTH);
      base128(value.length);
      fields.writeBytes(value);
      return this;
    }

    Message varint(int field, long value) {
      key(field, VARINT);
      base128(value);
      return this;
    }

    byte[] toByteArray() {
      return fields.toByteArray();
    }

    private void key(int field, int type) {
      base128((long) field << 3 | type);
    }

    private void base128(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        fields.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      fields.write((int) rest);
    }
  }
}
