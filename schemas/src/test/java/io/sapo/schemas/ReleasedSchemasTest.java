package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityResult;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The history of the schemas. Each release of a record has its full schema among the main resources
 * ({@code released/NAME-N.avsc}: whoever reads needs every schema ever written with) and one record
 * among the test resources ({@code golden/NAME-N.hex}, the same as text in {@code NAME-N.json}).
 *
 * <p>After a change to a schema:
 *
 * <pre>
 * mvn -q -pl schemas test -Dtest=ReleasedSchemasTest -Dsapo.schemas=release
 * </pre>
 *
 * releases the records that changed; {@code -Dsapo.schemas=restart} forgets all history and makes
 * the present schemas release 1, which is right only as long as no log written with the old ones
 * has to be read.
 */
class ReleasedSchemasTest {
  private static final Path RELEASED = Path.of("src/main/resources/io/sapo/schemas/released");
  private static final Path GOLDEN = Path.of("src/test/resources/io/sapo/schemas/golden");
  private static final String MODE = System.getProperty("sapo.schemas", "");
  private static final String HOW_TO_RELEASE =
      "; release it: mvn -q -pl schemas test -Dtest=ReleasedSchemasTest -Dsapo.schemas=release";

  static List<Class<? extends SpecificRecordBase>> records() {
    return new Topics("")
        .recordTypes().stream()
            .<Class<? extends SpecificRecordBase>>map(RecordCodec::type)
            .distinct()
            .toList();
  }

  @BeforeAll
  static void changeHistoryIfAsked() throws IOException {
    if (MODE.equals("restart")) {
      clear(RELEASED);
      clear(GOLDEN);
    } else if (!MODE.equals("release")) {
      return;
    }
    for (Class<? extends SpecificRecordBase> type : records()) {
      List<Schema> history = history(type);
      Schema current = SpecificData.get().getSchema(type);
      if (history.isEmpty() || !history.get(history.size() - 1).equals(current)) {
        assertCompatible(type, history);
        release(current, history.size() + 1);
      }
    }
  }

  private static void clear(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void release(Schema schema, int number) throws IOException {
    String name = schema.getName() + "-" + number;
    GenericRecord sample = new RandomRecords(number).of(schema);
    byte[] bytes = RecordCodecTest.singleObject(sample);
    Files.createDirectories(RELEASED);
    Files.createDirectories(GOLDEN);
    Files.writeString(RELEASED.resolve(name + ".avsc"), schema.toString(true) + "\n");
    Files.writeString(GOLDEN.resolve(name + ".hex"), wrapped(HexFormat.of().formatHex(bytes)));
    Files.writeString(GOLDEN.resolve(name + ".json"), RandomRecords.json(sample));
  }

  private static String wrapped(String hex) {
    return hex.replaceAll(".{1,96}", "$0\n");
  }

  /** Read from the sources, so that a release made in this run counts. */
  private static List<Schema> history(Class<?> type) throws IOException {
    List<Schema> history = new ArrayList<>();
    for (int n = 1; Files.exists(RELEASED.resolve(type.getSimpleName() + "-" + n + ".avsc")); n++) {
      Path file = RELEASED.resolve(type.getSimpleName() + "-" + n + ".avsc");
      history.add(new Schema.Parser().parse(Files.readString(file)));
    }
    return history;
  }

  @ParameterizedTest
  @MethodSource("records")
  void newestReleaseIsTheCurrentSchema(Class<? extends SpecificRecordBase> type)
      throws IOException {
    List<Schema> history = history(type);
    Schema current = SpecificData.get().getSchema(type);
    if (history.isEmpty() || !history.get(history.size() - 1).equals(current)) {
      fail(
          "the schema of %s is not the newest released one, number %d%s",
          type.getSimpleName(), history.size(), HOW_TO_RELEASE);
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void currentSchemaIsFullyCompatibleWithEveryRelease(Class<? extends SpecificRecordBase> type)
      throws IOException {
    assertCompatible(type, history(type));
  }

  private static void assertCompatible(
      Class<? extends SpecificRecordBase> type, List<Schema> history) {
    Schema current = SpecificData.get().getSchema(type);
    int number = 0;
    for (Schema released : history) {
      number++;
      assertReads(current, released, "the current %s must read release %d", type, number);
      assertReads(released, current, "readers of %s release %d must read it", type, number);
    }
  }

  private static void assertReads(
      Schema reader, Schema writer, String what, Class<?> type, int number) {
    SchemaCompatibilityResult result =
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
    assertThat(result.getCompatibility())
        .as(
            what + ": give new fields defaults, keep types and names; found %s",
            type.getSimpleName(),
            number,
            result.getIncompatibilities())
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  @ParameterizedTest
  @MethodSource("records")
  void goldenBytesOfEveryReleaseAreUnderstood(Class<? extends SpecificRecordBase> type)
      throws IOException {
    int number = 0;
    for (Schema released : history(type)) {
      number++;
      String name = type.getSimpleName() + "-" + number;
      String hex = Files.readString(GOLDEN.resolve(name + ".hex")).replace("\n", "");
      GenericRecord expected =
          RandomRecords.fromJson(released, Files.readString(GOLDEN.resolve(name + ".json")));
      assertUnderstood(type, name, HexFormat.of().parseHex(hex), expected);
    }
    assertThat(number).as("releases of %s%s", type.getSimpleName(), HOW_TO_RELEASE).isPositive();
  }

  private static <T extends SpecificRecordBase> void assertUnderstood(
      Class<T> type, String name, byte[] golden, GenericRecord expected) {
    RecordCodec<T> codec = RecordCodec.of(type);
    T decoded = codec.decode(golden);

    assertThat(decoded).as(name).isEqualTo(RandomRecords.specific(expected, type));
    assertThat(RecordCodecTest.singleObject(expected)).as(name).isEqualTo(golden);
    if (expected.getSchema().equals(SpecificData.get().getSchema(type))) {
      assertThat(codec.encode(decoded)).as(name).isEqualTo(golden);
    }
  }
}
