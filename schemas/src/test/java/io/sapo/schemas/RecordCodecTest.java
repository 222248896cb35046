package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.schemas.RecordFormatException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
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
