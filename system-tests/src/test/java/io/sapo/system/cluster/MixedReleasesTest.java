package io.sapo.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.audit.AuditReport;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.RecordedRun;
import io.sapo.learner.fault.FaultHook;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Credit;
import io.sapo.schemas.SchemaTopic;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Task;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.segmenter.Segmenter;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.standalone.audit.LearnerCheckpoints;
import io.sapo.standalone.audit.RunAudit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose records were all written by a later release, every type with one field more: this
 * release's roles go on with it, and with what producers of both send.
 */
class MixedReleasesTest {
  /** Marker and fingerprint of the single-object encoding. */
  private static final int HEADER_BYTES = 10;

  private static final int MORE = 2;

  @TempDir Path folder;

  /** Records of one type as a later release writes them. */
  private static final class Later {
    private final Schema now;
    private final Schema schema;
    private final BinaryMessageEncoder<GenericRecord> encoder;

    Later(Schema now) {
      this.now = now;
      List<Schema.Field> fields = new ArrayList<>();
      now.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
      fields.add(new Schema.Field("later", Schema.create(Schema.Type.STRING), "New.", "none"));
      schema = Schema.createRecord(now.getName(), now.getDoc(), now.getNamespace(), false, fields);
      encoder = new BinaryMessageEncoder<>(GenericData.get(), schema);
    }

    String key() {
      return "%s/%016x"
          .formatted(schema.getName(), SchemaNormalization.parsingFingerprint64(schema));
    }

    byte[] written(byte[] value) {
      try {
        var body =
            DecoderFactory.get()
                .binaryDecoder(value, HEADER_BYTES, value.length - HEADER_BYTES, null);
        GenericRecord old = new GenericDatumReader<GenericRecord>(now).read(null, body);
        GenericRecord record = new GenericData.Record(schema);
        now.getFields().forEach(field -> record.put(field.name(), old.get(field.pos())));
        record.put("later", "than this");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        encoder.encode(record, out);
        return out.toByteArray();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void thisReleaseGoesOnWithARunOfALaterOne() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
      Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
      RecordedRun run = RecordedRun.train(kafka, folder);
      Topics topics = new Topics("later.");
      Map<String, Later> later = later(topics);
      RecordedRun copy = run.copy("later.", asLater(later));
      try (SchemaTopic schemas = new SchemaTopic(kafka, topics)) {
        schemas.publish();
        publish(copy, later);
        goOn(copy, later.get(topics.trajectories().name()));
        AuditReport report = audit(copy);
        assertThat(report.findings()).isEmpty();
        assertThat(report.counts()).containsEntry("versions", 1L + RecordedRun.UPDATES + MORE);
        assertThat(report.counts()).as("what was none before").containsEntry("dead_letters", 1L);
      }
    }
  }

  private static Map<String, Later> later(Topics topics) {
    Map<String, Later> later = new HashMap<>();
    later.put(topics.tasks().name(), new Later(Task.getClassSchema()));
    later.put(topics.trajectories().name(), new Later(Trajectory.getClassSchema()));
    later.put(topics.segments().name(), new Later(SegmentedTrajectory.getClassSchema()));
    later.put(topics.weights().name(), new Later(WeightVersion.getClassSchema()));
    later.put(topics.weightChunks().name(), new Later(WeightChunk.getClassSchema()));
    later.put(topics.credits().name(), new Later(Credit.getClassSchema()));
    return later;
  }

  private static RecordedRun.Alteration asLater(Map<String, Later> later) {
    return new RecordedRun.Alteration() {
      @Override
      public byte[] value(ConsumerRecord<byte[], byte[]> record) {
        return record.value();
      }

      @Override
      public byte[] written(ConsumerRecord<byte[], byte[]> record, byte[] value) {
        String name = record.topic().substring(record.topic().indexOf('.') + 1);
        Later of = later.get("later." + name);
        // One of the recorded trajectories is no record at all.
        return of == null || value.length < HEADER_BYTES ? value : of.written(value);
      }
    };
  }

  private static void publish(RecordedRun run, Map<String, Later> later) throws Exception {
    try (Producer<byte[], byte[]> producer = run.producer(null)) {
      for (Later one : later.values()) {
        producer
            .send(
                new ProducerRecord<>(
                    run.topics().schemas(), bytes(one.key()), bytes(one.schema.toString())))
            .get();
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Producers of either release, then a segmenter and a learner of this one. */
  private void goOn(RecordedRun run, Later later) throws Exception {
    int sent = MORE * RecordedRun.BATCH;
    Random random = new Random(11);
    Topic<Trajectory> topic = run.topics().trajectories();
    try (Producer<byte[], byte[]> producer = run.producer(null)) {
      for (int number = 1_000; number < 1_000 + sent; number++) {
        Trajectory one = RecordedRun.trajectory(number, random);
        int tokens = one.getVersions().get(0).getTokens();
        one.setVersions(List.of(new VersionRun((long) RecordedRun.UPDATES, tokens)));
        producer
            .send(
                new ProducerRecord<>(
                    topic.name(),
                    Topic.keyBytes(one.getGroupId()),
                    number % 2 == 0
                        ? topic.codec().encode(one)
                        : later.written(topic.codec().encode(one))))
            .get();
      }
    }
    TopicPartition segments = new TopicPartition(run.topics().segments().name(), 0);
    try (Segmenter segmenter =
            new Segmenter(
                run.kafka(),
                run.topics(),
                SegmenterConfig.defaults(folder.resolve("later-segmenter")),
                "segmenter");
        Admin admin = Admin.create(run.kafka());
        CommittedLog log = new CommittedLog(admin, run.kafka())) {
      int before = count(log, segments);
      segmenter.start();
      while (count(log, segments) < before + sent) {
        RecordedRun.requireAlive(segmenter);
        Thread.sleep(50);
      }
    }
    run.learn(folder.resolve("model"), RecordedRun.UPDATES + MORE, 2, FaultHook.NONE);
  }

  private static int count(CommittedLog log, TopicPartition partition) {
    int[] records = {0};
    log.read(partition, 0, log.committedEnd(partition), record -> records[0]++);
    return records[0];
  }

  private static AuditReport audit(RecordedRun run) throws Exception {
    try (Admin admin = Admin.create(run.kafka());
        CommittedLog log = new CommittedLog(admin, run.kafka())) {
      return RunAudit.of(admin, log, run.topics()).run(new LearnerCheckpoints(run.data()));
    }
  }
}
