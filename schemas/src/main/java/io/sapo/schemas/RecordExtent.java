package io.sapo.schemas;

import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Walks through an encoded record without making anything of it, and refuses one whose objects
 * would need many times the memory of its bytes: arrays in arrays of items of a byte or two, items
 * of no bytes at all, records within records without end. The last two can only be of a schema that
 * this release does not know.
 */
final class RecordExtent {
  /** Items of all arrays and maps of a record together. */
  static final int MOST_ITEMS = 1_000_000;

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
    switch (schema.getType()) {
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          walk(field.schema(), depth + 1);
        }
      }
      case ARRAY -> {
        for (long n = in.readArrayStart(); n > 0; n = in.arrayNext()) {
          walk(schema.getElementType(), n, depth);
        }
      }
      case MAP -> {
        for (long n = in.readMapStart(); n > 0; n = in.mapNext()) {
          count(n);
          for (long i = 0; i < n; i++) {
            in.skipString();
            walk(schema.getValueType(), depth + 1);
          }
        }
      }
      case UNION -> {
        List<Schema> branches = schema.getTypes();
        int branch = in.readIndex();
        if (branch < 0 || branch >= branches.size()) {
          throw new IOException("branch %d of %d".formatted(branch, branches.size()));
        }
        walk(branches.get(branch), depth + 1);
      }
      case FIXED -> in.skipFixed(schema.getFixedSize());
      case STRING -> in.skipString();
      case BYTES -> in.skipBytes();
      case INT, ENUM -> in.readInt();
      case LONG -> in.readLong();
      case FLOAT -> in.readFloat();
      case DOUBLE -> in.readDouble();
      case BOOLEAN -> in.readBoolean();
      case NULL -> in.readNull();
    }
  }

  private void walk(Schema element, long n, int depth) throws IOException {
    count(n);
    for (long i = 0; i < n; i++) {
      walk(element, depth + 1);
    }
  }

  private void count(long more) throws ExceededException {
    items += more;
    if (items > MOST_ITEMS || more > MOST_ITEMS) {
      throw new ExceededException("more than %d items in all".formatted(MOST_ITEMS));
    }
  }
}
