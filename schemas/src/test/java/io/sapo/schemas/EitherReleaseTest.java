package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Roles know of each other through records alone, so that a run in whatever mixture of this release
 * and the next, in whatever order they are upgraded, is each of the two reading records of either.
 * The next release has one field more in each type of record, those within others included.
 */
class EitherReleaseTest {
  private static final String MORE = "later";
  private static final String NONE = "none";
  private static final int RECORDS = 50;

  static List<Class<? extends SpecificRecordBase>> records() {
    return ReleasedSchemasTest.records();
  }

  @ParameterizedTest
  @MethodSource("records")
  void eachReleaseReadsWhatEitherWrites(Class<? extends SpecificRecordBase> type) throws Exception {
    inEveryMixture(type);
  }

  private static <T extends SpecificRecordBase> void inEveryMixture(Class<T> type)
      throws IOException {
    Schema now = SpecificData.get().getSchema(type);
    Schema later = later(now, new HashMap<>());
    RecordCodec<T> codec = RecordCodec.of(type);
    BinaryMessageDecoder<GenericRecord> laterReader =
        new BinaryMessageDecoder<>(GenericData.get(), later);
    laterReader.addSchema(now);
    SchemaSources.Source published = fingerprint -> fingerprint == print(later) ? later : null;
    byte[] unpublished = RecordCodecTest.singleObject(new RandomRecords(0).of(later));
    assertThatThrownBy(() -> codec.decode(unpublished))
        .isInstanceOf(RecordFormatException.class)
        .hasMessageContaining("unknown-schema");
    SchemaSources.add(published);
    try {
      for (long seed = 0; seed < RECORDS; seed++) {
        GenericRecord laters = new RandomRecords(seed).of(later);
        byte[] byLater = RecordCodecTest.singleObject(laters);
        T known = codec.decode(byLater);
        assertThat(known).isEqualTo(RandomRecords.specific(laters, type));
        GenericRecord again = laterReader.decode(codec.encode(known));
        assertThat(again.get(MORE)).hasToString(NONE);
        assertThat(RandomRecords.specific(again, type)).as("the rest of it").isEqualTo(known);
        assertThat(laterReader.decode(byLater)).isEqualTo(laters);
      }
    } finally {
      SchemaSources.remove(published);
    }
  }

  private static long print(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  private static Schema later(Schema schema, Map<String, Schema> made) {
    return switch (schema.getType()) {
      case RECORD -> {
        Schema known = made.get(schema.getFullName());
        yield known == null ? laterRecord(schema, made) : known;
      }
      case ARRAY -> Schema.createArray(later(schema.getElementType(), made));
      case MAP -> Schema.createMap(later(schema.getValueType(), made));
      case UNION ->
          Schema.createUnion(schema.getTypes().stream().map(one -> later(one, made)).toList());
      default -> schema;
    };
  }

  private static Schema laterRecord(Schema schema, Map<String, Schema> made) {
    Schema record =
        Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), false);
    made.put(schema.getFullName(), record);
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : schema.getFields()) {
      fields.add(new Schema.Field(field, later(field.schema(), made)));
    }
    fields.add(new Schema.Field(MORE, Schema.create(Schema.Type.STRING), "New.", NONE));
    record.setFields(fields);
    return record;
  }
}
