package io.sapo.schemas;

import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Walks through an encoded record without making anything of it, and refuses one whose objects
 * would need many times the memory of its bytes, or many times the time: arrays in arrays of items
 * of a byte or two, items of no bytes at all, records within records without end. The last two can
 * only be of a schema that this release does not know, as can a block of items that is not as long
 * as it says: whoever skips it reads on elsewhere than who walks through it.
 */
final class RecordExtent {
  /** Items of all arrays and maps of a record together. */
  static final int MOST_ITEMS = 1_000_000;

  /** Values of all kinds, those of no bytes and records themselves included. */
  static final int MOST_VALUES = 1 << 24;

  /** Records, arrays and maps within one another. */
  static final int DEEPEST = 32;

  /** More than a record may have. */
  static final class ExceededException extends IOException {
    private static final long serialVersionUID = 1;

    ExceededException(String message) {
      super(message);
    }
  }

  private final BinaryDecoder in;
  private long items;
  private long values;

  private RecordExtent(BinaryDecoder in) {
    this.in = in;
  }

  /**
   * @param writer schema that the bytes were written with
   * @param from where the record begins
   * @throws ExceededException where it has more items, or is deeper, than is allowed
   * @throws IOException where the bytes are not of that schema
   */
  static void check(Schema writer, byte[] bytes, int from) throws IOException {
    new RecordExtent(DecoderFactory.get().binaryDecoder(bytes, from, bytes.length - from, null))
        .walk(writer, 0);
  }

  private void walk(Schema schema, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new ExceededException("records within records, more than %d".formatted(DEEPEST));
    }
    if (++values > MOST_VALUES) {
      throw new ExceededException("more than %d values in all".formatted(MOST_VALUES));
    }
    switch (schema.getType()) {
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          walk(field.schema(), depth + 1);
        }
      }
      case ARRAY -> walkBlocks(schema.getElementType(), false, depth);
      case MAP -> walkBlocks(schema.getValueType(), true, depth);
      case UNION -> {
        List<Schema> branches = schema.getTypes();
        int branch = in.readIndex();
        if (branch < 0 || branch >= branches.size()) {
          throw new IOException("branch %d of %d".formatted(branch, branches.size()));
        }
        walk(branches.get(branch), depth + 1);
      }
      case FIXED -> in.skipFixed(schema.getFixedSize());
      case STRING, BYTES -> skipBytes();
      case INT, ENUM -> in.readInt();
      case LONG -> in.readLong();
      case FLOAT -> in.readFloat();
      case DOUBLE -> in.readDouble();
      case BOOLEAN -> in.readBoolean();
      case NULL -> in.readNull();
    }
  }

  private void walkBlocks(Schema item, boolean keys, int depth) throws IOException {
    for (long n = in.readLong(); n != 0; n = in.readLong()) {
      long size = n < 0 ? in.readLong() : -1;
      long before = left();
      count(Math.abs(n));
      for (long i = Math.abs(n); i > 0; i--) {
        if (keys) {
          skipBytes();
        }
        walk(item, depth + 1);
      }
      if (n < 0 && size != before - left()) {
        throw new IOException(
            "a block of %d bytes that says it has %d".formatted(before - left(), size));
      }
    }
  }

  private void skipBytes() throws IOException {
    long length = in.readLong();
    if (length < 0 || length > left()) {
      throw new IOException("%d bytes where %d are left".formatted(length, left()));
    }
    in.skipFixed((int) length);
  }

  /** Bytes. */
  private int left() throws IOException {
    return in.inputStream().available();
  }

  private void count(long more) throws ExceededException {
    items += more;
    if (more < 0 || more > MOST_ITEMS || items > MOST_ITEMS) {
      throw new ExceededException("more than %d items in all".formatted(MOST_ITEMS));
    }
  }
}
