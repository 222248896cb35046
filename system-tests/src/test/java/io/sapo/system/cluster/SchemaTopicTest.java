package io.sapo.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.SchemaLookupException;
import io.sapo.schemas.SchemaTopic;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers of this release beside writers of a later one. */
class SchemaTopicTest {
  private static final Topics TOPICS = new Topics("mixed.");

  @TempDir Path folder;
  private EmbeddedBroker broker;
  private Map<String, Object> client;

  @BeforeEach
  void startBroker() throws Exception {
    broker = EmbeddedBroker.start(folder, 0);
    client = Map.of("bootstrap.servers", broker.bootstrapServers(), "request.timeout.ms", 3_000);
    try (Admin admin = Admin.create(client)) {
      assertThat(new TopicAdmin(admin, TOPICS).createAndCheck((short) 1)).isEmpty();
    }
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  /** The same record type with one field more, as a later release may have it. */
  private static Schema later(String field) {
    Schema now = Control.getClassSchema();
    List<Schema.Field> fields = new ArrayList<>();
    now.getFields().forEach(f -> fields.add(new Schema.Field(f, f.schema())));
    fields.add(new Schema.Field(field, Schema.create(Schema.Type.STRING), "New.", "none"));
    return Schema.createRecord(now.getName(), now.getDoc(), now.getNamespace(), false, fields);
  }

  private static byte[] written(Schema schema, String id) throws Exception {
    GenericRecordBuilder builder = new GenericRecordBuilder(schema);
    builder.set("commandId", id).set("target", "learner").set("requestedBy", "test");
    Schema action = schema.getField("action").schema();
    builder.set("action", new GenericData.EnumSymbol(action, "PAUSE")).set("atMs", 1L);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema).encode(builder.build(), out);
    return out.toByteArray();
  }

  private static String key(Schema schema) {
    return "%s/%016x".formatted(schema.getName(), SchemaNormalization.parsingFingerprint64(schema));
  }

  private void publish(String key, String value) throws Exception {
    try (var producer = ProducerClients.create(client, Map.of())) {
      producer
          .send(
              new ProducerRecord<>(
                  TOPICS.schemas(),
                  key.getBytes(StandardCharsets.UTF_8),
                  value.getBytes(StandardCharsets.UTF_8)))
          .get();
    }
  }

  @Test
  void recordsOfALaterReleaseAreReadOnceItsSchemaIsInTheTopic() throws Exception {
    RecordCodec<Control> codec = RecordCodec.of(Control.class);
    Schema first = later("urgency");
    byte[] record = written(first, "c-1");
    assertThatThrownBy(() -> codec.decode(record))
        .isInstanceOfSatisfying(
            RecordFormatException.class,
            e -> assertThat(e.kind()).isEqualTo(RecordFormatException.Kind.UNKNOWN_SCHEMA));
    try (SchemaTopic schemas = new SchemaTopic(client, TOPICS)) {
      schemas.publish();
      publish("junk", "{");
      publish(key(first), first.toString());
      Control read = codec.decode(record);
      assertThat(read.getCommandId()).isEqualTo("c-1");
      assertThat(read.getAction()).isEqualTo(ControlAction.PAUSE);

      Schema second = later("deadline");
      publish(key(second), second.toString());
      assertThat(codec.decode(written(second, "c-2")).getCommandId()).isEqualTo("c-2");
      assertThat(codec.decode(record)).isEqualTo(read);
    }
  }

  @Test
  void everyTypeOfThisReleaseIsThereOnce() throws Exception {
    try (SchemaTopic schemas = new SchemaTopic(client, TOPICS);
        SchemaTopic others = new SchemaTopic(client, TOPICS)) {
      schemas.publish();
      schemas.publish();
      others.publish();
    }
    try (var consumer =
        new KafkaConsumer<>(client, new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(TOPICS.schemas(), 0);
      assertThat(consumer.endOffsets(List.of(partition)))
          .containsEntry(partition, (long) TOPICS.recordTypes().size());
    }
  }

  @Test
  void forgedSchemasAreNotTaken() throws Exception {
    RecordCodec<Control> codec = RecordCodec.of(Control.class);
    Schema named = later("forged");
    Schema incompatible =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"Control\",\"namespace\":\"io.sapo.schemas\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}");
    try (SchemaTopic schemas = new SchemaTopic(client, TOPICS)) {
      schemas.publish();
      publish(key(later("other")), named.toString());
      publish(key(incompatible), incompatible.toString());
      for (byte[] bytes : List.of(written(named, "c"), singleObject(incompatible))) {
        assertThatThrownBy(() -> codec.decode(bytes))
            .isInstanceOfSatisfying(
                RecordFormatException.class,
                e -> assertThat(e.kind()).isEqualTo(RecordFormatException.Kind.UNKNOWN_SCHEMA));
      }
    }
  }

  /** A megabyte of schema is fifteen as objects; a thousand of them would fill any heap. */
  @Test
  void aFloodOfSchemasIsNotKept() throws Exception {
    Schema lost = later("lost");
    try (SchemaTopic schemas = new SchemaTopic(client, TOPICS)) {
      schemas.publish();
      Schema flood = Schema.createRecord("Flood", "x".repeat(900_000), null, false, List.of());
      for (int i = 0; i < 9; i++) {
        publish(key(flood), flood.toString());
      }
      publish(key(later("known")), later("known").toString());
      publish(key(lost), " ".repeat(500_000) + lost);
      RecordCodec<Control> codec = RecordCodec.of(Control.class);
      assertThat(codec.decode(written(later("known"), "c")).getCommandId()).isEqualTo("c");
      assertThatThrownBy(() -> codec.decode(written(lost, "c")))
          .isInstanceOfSatisfying(
              RecordFormatException.class,
              e -> assertThat(e.kind()).isEqualTo(RecordFormatException.Kind.UNKNOWN_SCHEMA));
    }
  }

  private static byte[] singleObject(Schema schema) throws Exception {
    GenericRecord record = new GenericRecordBuilder(schema).set("x", 1).build();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema).encode(record, out);
    return out.toByteArray();
  }

  @Test
  void aBrokerThatIsAwayCondemnsNoRecord() throws Exception {
    byte[] record = written(later("late"), "c-1");
    try (SchemaTopic schemas = new SchemaTopic(client, TOPICS)) {
      schemas.publish();
      broker.close();
      RecordCodec<Control> codec = RecordCodec.of(Control.class);
      assertThatThrownBy(() -> codec.decode(record))
          .isInstanceOf(SchemaLookupException.class)
          .hasMessageContaining("mixed.schemas");
    }
  }
}
