package io.sapo.schemas;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.message.BadHeaderException;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.message.SchemaStore;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Avro single-object encoding of one record type: a two-byte marker, the writer schema's
 * fingerprint, the record. Every schema ever released is known, so older records decode without a
 * registry; those of later releases are looked up where the run keeps them ({@link SchemaTopic}).
 *
 * <p>Thread-safe.
 */
public final class RecordCodec<T extends SpecificRecordBase> {
  /**
   * Longest byte array or string accepted when decoding. A forged length is allocated before the
   * bytes turn out to be missing, so this is no more than a record may have.
   */
  static final int MAX_FIELD_BYTES = Topics.MAX_RECORD_BYTES;

  static {
    System.setProperty("org.apache.avro.limits.bytes.maxLength", Integer.toString(MAX_FIELD_BYTES));
    System.setProperty(
        "org.apache.avro.limits.string.maxLength", Integer.toString(MAX_FIELD_BYTES));
    System.setProperty("org.apache.avro.limits.collectionItems.maxLength", "1000000");
  }

  private final Class<T> type;
  private final BinaryMessageEncoder<T> encoder;
  private final BinaryMessageDecoder<T> decoder;

  private RecordCodec(Class<T> type) {
    this.type = type;
    Schema current = SpecificData.get().getSchema(type);
    SchemaStore.Cache known = new SchemaStore.Cache();
    known.addSchema(current);
    released(type).forEach(known::addSchema);
    SpecificData model = SpecificData.getForClass(type);
    this.encoder = new BinaryMessageEncoder<>(model, current);
    this.decoder = new BinaryMessageDecoder<>(model, current, new Known(current, known));
  }

  /** Released schemas, then those of later releases that this one can read. */
  private record Known(Schema current, SchemaStore.Cache released) implements SchemaStore {
    @Override
    public Schema findByFingerprint(long fingerprint) {
      Schema found = released.findByFingerprint(fingerprint);
      if (found != null) {
        return found;
      }
      Schema later = SchemaSources.find(fingerprint);
      boolean readable =
          later != null
              && later.getFullName().equals(current.getFullName())
              && SchemaCompatibility.checkReaderWriterCompatibility(current, later).getType()
                  == SchemaCompatibilityType.COMPATIBLE;
      return readable ? later : null;
    }
  }

  /**
   * Has this class loaded, and with it what Avro may make of the schemas' classes. For whoever
   * builds records without a codec: a builder makes defaults, and refuses those of classes not
   * trusted.
   */
  public static void trustRecords() {}

  public static <T extends SpecificRecordBase> RecordCodec<T> of(Class<T> type) {
    return new RecordCodec<>(type);
  }

  /**
   * The released schemas of a record type, oldest first; resources {@code released/NAME-N.avsc}.
   */
  static List<Schema> released(Class<?> type) {
    List<Schema> schemas = new ArrayList<>();
    for (int n = 1; ; n++) {
      String name = "released/" + type.getSimpleName() + "-" + n + ".avsc";
      try (InputStream in = RecordCodec.class.getResourceAsStream(name)) {
        if (in == null) {
          return schemas;
        }
        schemas.add(new Schema.Parser().parse(in));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read schema resource " + name, e);
      }
    }
  }

  public Class<T> type() {
    return type;
  }

  /**
   * @throws IllegalArgumentException when a required field is not set
   */
  public byte[] encode(T value) {
    try {
      ByteBuffer buffer = encoder.encode(value);
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    } catch (IOException | AvroRuntimeException | NullPointerException e) {
      throw new IllegalArgumentException(
          type.getSimpleName() + " cannot be encoded: " + e.getMessage(), e);
    }
  }

  /**
   * @throws RecordFormatException when the bytes are not exactly one record of a known schema
   * @throws SchemaLookupException when it cannot be found out whether the schema is known
   */
  public T decode(byte[] bytes) {
    if (bytes == null || bytes.length == 0) {
      throw failure(RecordFormatException.Kind.EMPTY, "no bytes", null);
    }
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    T value;
    try {
      value = decoder.decode(in, null);
    } catch (SchemaLookupException e) {
      throw e;
    } catch (MissingSchemaException e) {
      throw failure(RecordFormatException.Kind.UNKNOWN_SCHEMA, e.getMessage(), e);
    } catch (BadHeaderException e) {
      throw failure(RecordFormatException.Kind.NOT_A_RECORD, e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      // Damaged bytes surface as many unchecked types: index, cast, Avro, arithmetic.
      throw failure(RecordFormatException.Kind.MALFORMED, String.valueOf(e.getMessage()), e);
    }
    if (in.available() > 0) {
      throw failure(
          RecordFormatException.Kind.TRAILING_BYTES,
          in.available() + " bytes after the end of the record",
          null);
    }
    return value;
  }

  private RecordFormatException failure(
      RecordFormatException.Kind kind, String detail, Throwable cause) {
    return new RecordFormatException(
        kind, type.getSimpleName() + " " + kind.label() + ": " + detail, cause);
  }
}
