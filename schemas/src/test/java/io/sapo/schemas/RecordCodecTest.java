package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.sapo.schemas.RecordFormatException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordCodecTest {
  /** Two bytes of marker, eight of fingerprint. */
  private static final int HEADER = 10;

  private final RecordCodec<Task> tasks = RecordCodec.of(Task.class);
  private final Task task =
      Task.newBuilder()
          .setTaskId("t-1")
          .setPrompt("2+2?")
          .setAnswer("4")
          .setVerifier("gsm8k")
          .build();

  static byte[] singleObject(GenericRecord record) {
    try {
      ByteBuffer encoded =
          new BinaryMessageEncoder<GenericRecord>(GenericData.get(), record.getSchema())
              .encode(record);
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Class<? extends SpecificRecordBase>> records() {
    return ReleasedSchemasTest.records();
  }

  @ParameterizedTest
  @MethodSource("records")
  void everyRecordSurvivesTheRoundTrip(Class<? extends SpecificRecordBase> type) {
    roundTrips(type);
  }

  private static <T extends SpecificRecordBase> void roundTrips(Class<T> type) {
    RecordCodec<T> codec = RecordCodec.of(type);
    Schema schema = SpecificData.get().getSchema(type);
    for (long seed = 0; seed < 100; seed++) {
      GenericRecord random = new RandomRecords(seed).of(schema);
      T record = RandomRecords.specific(random, type);
      byte[] bytes = codec.encode(record);

      assertThat(codec.decode(bytes)).as("seed %d", seed).isEqualTo(record);
      assertThat(bytes).as("seed %d", seed).isEqualTo(singleObject(random));
    }
  }

  /** of a byte each: as objects they would be half a gigabyte. */
  @Test
  void itemsWithinItemsWithoutEndAreRefusedBeforeTheyAreMade() {
    ContentPart part = new ContentPart(null);
    List<ContentPart> parts = Collections.nCopies(400_000, part);
    Task deep = Task.newBuilder(task).setMessages(List.of()).build();
    deep.setMessages(Collections.nCopies(4, new ChatMessage("user", parts)));
    assertThat(catchThrowableOfType(RecordFormatException.class, () -> decode(deep)))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE))
        .hasMessageContaining("more than 1000000 items");
    deep.setMessages(Collections.nCopies(2, new ChatMessage("user", parts)));
    assertThat(decode(deep).getMessages()).hasSize(2);
  }

  private Task decode(Task written) {
    return tasks.decode(tasks.encode(written));
  }

  /** Brokers bound records as they are compressed. */
  @Test
  void recordsLargerThanATopicTakesUncompressedAreRefused() {
    byte[] bytes = Arrays.copyOf(tasks.encode(task), Topics.MAX_RECORD_BYTES + 1);
    assertThat(catchThrowableOfType(RecordFormatException.class, () -> tasks.decode(bytes)).kind())
        .isEqualTo(Kind.TOO_LARGE);
  }

  @Test
  void laterRecordsWithinRecordsAndItemsOfNoBytesEnd() throws Exception {
    Schema nested =
        later(
            """
            {"type": "record", "name": "Nested", "fields": [
              {"name": "next", "type": ["null", "Nested"], "default": null}]}""");
    ByteArrayOutputStream depth = header(nested);
    depth.writeBytes(new byte[] {2});
    for (int i = 0; i < 5_000_000; i++) {
      depth.write(2);
    }
    depth.write(0);
    Schema nothing = later("{\"type\": \"array\", \"items\": \"null\"}");
    ByteArrayOutputStream endless = header(nothing);
    BinaryEncoder counts = EncoderFactory.get().directBinaryEncoder(endless, null);
    counts.writeIndex(1);
    counts.writeLong(Long.MAX_VALUE / 2);
    counts.flush();
    SchemaSources.Source source =
        fingerprint ->
            Stream.of(nested, nothing)
                .filter(one -> SchemaNormalization.parsingFingerprint64(one) == fingerprint)
                .findFirst()
                .orElse(null);
    SchemaSources.add(source);
    try {
      for (ByteArrayOutputStream record : List.of(depth, endless)) {
        assertThat(
                catchThrowableOfType(
                    RecordFormatException.class, () -> tasks.decode(record.toByteArray())))
            .as("refused")
            .isNotNull();
      }
    } finally {
      SchemaSources.remove(source);
    }
  }

  /** Two fields of the next record each, down to one of no bytes: ten bytes, a billion values. */
  @Test
  void laterRecordsOfManyValuesWithoutBytesEnd() {
    StringBuilder records =
        new StringBuilder("{\"type\": \"record\", \"name\": \"R30\", \"fields\": []}");
    for (int i = 29; i >= 0; i--) {
      records.insert(
          0,
          "{\"type\": \"record\", \"name\": \"R%d\", \"fields\": [{\"name\": \"a\", \"type\": "
              .formatted(i));
      records.append("}, {\"name\": \"b\", \"type\": \"R%d\"}]}".formatted(i + 1));
    }
    Schema twofold = later(records.toString());
    ByteArrayOutputStream record = header(twofold);
    record.write(2);
    assertRefused(twofold, record, Kind.TOO_LARGE, "values in all");
  }

  @Test
  void aSchemaThatCannotBeWalkedThroughIsTheRecordsFault() {
    Schema later = later("\"string\"");
    SchemaSources.Source source =
        asked -> {
          throw new StackOverflowError();
        };
    SchemaSources.add(source);
    try {
      assertThat(
              catchThrowableOfType(
                      RecordFormatException.class, () -> tasks.decode(header(later).toByteArray()))
                  .kind())
          .isEqualTo(Kind.MALFORMED);
    } finally {
      SchemaSources.remove(source);
    }
  }

  /** Whoever leaves a field out skips as many bytes as a block says it has. */
  @Test
  void laterBlocksThatSayTheyHaveMoreOrLessAreRefused() throws Exception {
    Schema texts = later("{\"type\": \"array\", \"items\": \"string\"}");
    for (int off : new int[] {-1, 1}) {
      ByteArrayOutputStream record = header(texts);
      BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(record, null);
      out.writeIndex(1);
      out.writeLong(-1);
      out.writeLong(4 + off);
      out.writeString("one");
      out.writeLong(0);
      out.writeLong(0);
      out.flush();
      assertRefused(texts, record, Kind.MALFORMED, "a block of 4 bytes");
    }
  }

  private void assertRefused(Schema schema, ByteArrayOutputStream record, Kind kind, String why) {
    long fingerprint = SchemaNormalization.parsingFingerprint64(schema);
    SchemaSources.Source source = asked -> asked == fingerprint ? schema : null;
    SchemaSources.add(source);
    try {
      RecordFormatException refused =
          assertTimeoutPreemptively(
              Duration.ofSeconds(20),
              () ->
                  catchThrowableOfType(
                      RecordFormatException.class, () -> tasks.decode(record.toByteArray())));
      assertThat(refused).hasMessageContaining(why);
      assertThat(refused.kind()).isEqualTo(kind);
    } finally {
      SchemaSources.remove(source);
    }
  }

  /** The schema of tasks with one field more, which may be there or not. */
  private static Schema later(String type) {
    Schema now = Task.getClassSchema();
    List<Schema.Field> fields = new ArrayList<>();
    now.getFields().forEach(f -> fields.add(new Schema.Field(f, f.schema())));
    Schema added =
        Schema.createUnion(Schema.create(Schema.Type.NULL), new Schema.Parser().parse(type));
    fields.add(new Schema.Field("added", added, "New.", Schema.Field.NULL_DEFAULT_VALUE));
    return Schema.createRecord(now.getName(), now.getDoc(), now.getNamespace(), false, fields);
  }

  /** A record up to where the added field begins. */
  private ByteArrayOutputStream header(Schema schema) {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(
        ByteBuffer.allocate(HEADER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0xc3)
            .put((byte) 1)
            .putLong(SchemaNormalization.parsingFingerprint64(schema))
            .array());
    byte[] known = tasks.encode(task);
    record.write(known, HEADER, known.length - HEADER);
    return record;
  }

  @Test
  void missingFieldsAreNamedOnEncoding() {
    assertThatThrownBy(() -> tasks.encode(new Task()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Task cannot be encoded")
        .hasMessageContaining("taskId");
  }

  @Test
  void nothingIsEmpty() {
    assertThat(kind(null)).isEqualTo(Kind.EMPTY);
    assertThat(kind(new byte[0])).isEqualTo(Kind.EMPTY);
  }

  @ParameterizedTest
  @MethodSource("records")
  void noBeginningOfARecordIsARecord(Class<? extends SpecificRecordBase> type) {
    RecordCodec<?> codec = RecordCodec.of(type);
    byte[] whole = singleObject(new RandomRecords(3).of(SpecificData.get().getSchema(type)));
    for (int length = 1; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThat(kind(codec, part))
          .as("%d of %d bytes", length, whole.length)
          .isEqualTo(length < HEADER ? Kind.NOT_A_RECORD : Kind.MALFORMED);
    }
  }

  @Test
  void anotherMarkerIsNoRecord() {
    byte[] bytes = tasks.encode(task);
    bytes[1] = 2;
    assertThat(kind(bytes)).isEqualTo(Kind.NOT_A_RECORD);
    assertThat(kind("{\"taskId\": \"t-1\"}".getBytes())).isEqualTo(Kind.NOT_A_RECORD);
  }

  @Test
  void anotherFingerprintIsAnUnknownSchema() {
    byte[] bytes = tasks.encode(task);
    bytes[HEADER - 1] ^= 1;
    assertThat(kind(bytes)).isEqualTo(Kind.UNKNOWN_SCHEMA);
    assertThat(kind(RecordCodec.of(Picture.class).encode(new Picture("00", null, "p"))))
        .as("a record of another type")
        .isEqualTo(Kind.UNKNOWN_SCHEMA);
  }

  @Test
  void bytesAfterTheEndAreRefused() {
    byte[] bytes = tasks.encode(task);
    assertThat(kind(Arrays.copyOf(bytes, bytes.length + 1))).isEqualTo(Kind.TRAILING_BYTES);
    byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
    System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
    assertThat(kind(twice)).isEqualTo(Kind.TRAILING_BYTES);
  }

  /** A length that the bytes do not bear out must not become an allocation of that size. */
  @Test
  void claimedLengthsAreNotBelieved() throws IOException {
    byte[] header = Arrays.copyOf(tasks.encode(task), HEADER);
    for (long claimed :
        new long[] {-1, Integer.MIN_VALUE, 1L << 20, Integer.MAX_VALUE, Long.MAX_VALUE}) {
      ByteArrayOutputStream forged = new ByteArrayOutputStream();
      forged.write(header);
      writeLong(forged, claimed);
      forged.write(new byte[50]);
      assertThat(kind(forged.toByteArray())).as("claimed %d", claimed).isEqualTo(Kind.MALFORMED);
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void damageIsRefusedOrReadButNeverThrownOtherwise(Class<? extends SpecificRecordBase> type) {
    RecordCodec<?> codec = RecordCodec.of(type);
    Schema schema = SpecificData.get().getSchema(type);
    Random random = new Random(7);
    int refused = 0;
    for (long seed = 0; seed < 2_000; seed++) {
      byte[] bytes = singleObject(new RandomRecords(seed).of(schema));
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        bytes[HEADER + random.nextInt(bytes.length - HEADER)] = (byte) random.nextInt();
      }
      try {
        codec.decode(bytes);
      } catch (RecordFormatException e) {
        refused++;
        assertThat(e).hasMessageContaining(type.getSimpleName());
      }
    }
    assertThat(refused).isPositive();
  }

  private Kind kind(byte[] bytes) {
    return kind(tasks, bytes);
  }

  private static Kind kind(RecordCodec<?> codec, byte[] bytes) {
    RecordFormatException e =
        catchThrowableOfType(RecordFormatException.class, () -> codec.decode(bytes));
    assertThat(e).as("decoding succeeded").isNotNull();
    return e.kind();
  }

  private static void writeLong(ByteArrayOutputStream out, long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
