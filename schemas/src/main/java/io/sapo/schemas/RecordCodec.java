package io.sapo.schemas;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Of single-object encoding: a marker and the writer's fingerprint. */
  private static final byte[] MARKER = {(byte) 0xc3, 1};

  private static final int HEADER_BYTES = MARKER.length + Long.BYTES;

  /** Smaller records of known schemas cannot have items enough to fill a heap. */
  private static final int LARGE_BYTES = 1 << 20;

  static {
    System.setProperty("org.apache.avro.limits.bytes.maxLength", Integer.toString(MAX_FIELD_BYTES));
    System.setProperty(
        "org.apache.avro.limits.string.maxLength", Integer.toString(MAX_FIELD_BYTES));
    System.setProperty("org.apache.avro.limits.collectionItems.maxLength", "1000000");
  }

  private final Class<T> type;
  private final BinaryMessageEncoder<T> encoder;
  private final BinaryMessageDecoder<T> decoder;
  private final Known schemas;

  private RecordCodec(Class<T> type) {
    this.type = type;
    Schema current = SpecificData.get().getSchema(type);
    SchemaStore.Cache known = new SchemaStore.Cache();
    known.addSchema(current);
    released(type).forEach(known::addSchema);
    SpecificData model = SpecificData.getForClass(type);
    this.encoder = new BinaryMessageEncoder<>(model, current);
    this.schemas = new Known(current, known, new ConcurrentHashMap<>());
    this.decoder = new BinaryMessageDecoder<>(model, current, schemas);
  }

  /** Released schemas, then those of later releases that this one can read. */
  private record Known(Schema current, SchemaStore.Cache released, Map<Long, Schema> later)
      implements SchemaStore {
    @Override
    public Schema findByFingerprint(long fingerprint) {
      Schema found = released.findByFingerprint(fingerprint);
      if (found == null) {
        found = later.get(fingerprint);
      }
      if (found != null) {
        return found;
      }
      Schema asked = SchemaSources.find(fingerprint);
      boolean readable =
          asked != null
              && asked.getFullName().equals(current.getFullName())
              && SchemaCompatibility.checkReaderWriterCompatibility(current, asked).getType()
                  == SchemaCompatibilityType.COMPATIBLE;
      if (readable) {
        later.put(fingerprint, asked);
      }
      return readable ? asked : null;
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
    if (bytes.length > Topics.MAX_RECORD_BYTES) {
      throw failure(
          RecordFormatException.Kind.TOO_LARGE,
          "%d bytes, at most %d are taken".formatted(bytes.length, Topics.MAX_RECORD_BYTES),
          null);
    }
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    T value;
    try {
      checkExtent(bytes);
      value = decoder.decode(in, null);
    } catch (RecordExtent.ExceededException e) {
      throw failure(RecordFormatException.Kind.TOO_LARGE, e.getMessage(), e);
    } catch (SchemaLookupException e) {
      throw e;
    } catch (MissingSchemaException e) {
      throw failure(RecordFormatException.Kind.UNKNOWN_SCHEMA, e.getMessage(), e);
    } catch (BadHeaderException e) {
      throw failure(RecordFormatException.Kind.NOT_A_RECORD, e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      // Damaged bytes surface as many unchecked types: index, cast, Avro, arithmetic.
      throw failure(RecordFormatException.Kind.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (StackOverflowError e) {
      // Of schemas of later releases, which anybody may have written.
      throw failure(RecordFormatException.Kind.MALFORMED, "its schema is nested too deeply", e);
    }
    if (in.available() > 0) {
      throw failure(
          RecordFormatException.Kind.TRAILING_BYTES,
          in.available() + " bytes after the end of the record",
          null);
    }
    return value;
  }

  /** Of records that may be large as objects: the others would be walked through for nothing. */
  private void checkExtent(byte[] bytes) throws IOException {
    if (bytes.length < HEADER_BYTES || bytes[0] != MARKER[0] || bytes[1] != MARKER[1]) {
      return;
    }
    long fingerprint =
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(HEADER_BYTES - Long.BYTES);
    Schema released = schemas.released().findByFingerprint(fingerprint);
    if (released != null && bytes.length < LARGE_BYTES) {
      return;
    }
    Schema writer = schemas.findByFingerprint(fingerprint);
    if (writer != null) {
      RecordExtent.check(writer, bytes, HEADER_BYTES);
    }
  }

  private RecordFormatException failure(
      RecordFormatException.Kind kind, String detail, Throwable cause) {
    return new RecordFormatException(
        kind, type.getSimpleName() + " " + kind.label() + ": " + detail, cause);
  }
}
