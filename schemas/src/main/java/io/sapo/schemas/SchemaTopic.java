package io.sapo.schemas;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParseException;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas that a run's records are written with, in a compacted topic of the run: the key is
 * the record's name and the schema's fingerprint, the value the schema as JSON. Whoever writes
 * records has put its schemas there before its first record, so that a reader of an earlier release
 * finds what it does not know, and what it does not find was written by nobody.
 *
 * <p>While open, all codecs of this process look here for schemas they do not know. Thread-safe; it
 * makes clients only when there is something to do.
 */
public final class SchemaTopic implements SchemaSources.Source, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SchemaTopic.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);

  /** A schema with the documentation of its fields is some kilobytes. */
  private static final int MAX_SCHEMA_BYTES = 1 << 20;

  private static final int MAX_SCHEMAS = 1_000;

  /** Of all that is read as schemas; as objects they take fifteen times as much. */
  static final int MAX_ALL_BYTES = 8 << 20;

  /**
   * So long an unknown fingerprint is not asked for again; forged ones must not cost a look each.
   */
  private static final long ABSENT_NANOS = Duration.ofSeconds(2).toNanos();

  private static final int MAX_ABSENT = 256;

  private final Map<String, Object> client;
  private final Topics topics;
  private final TopicPartition partition;
  private final Map<Long, Schema> schemas = new HashMap<>();
  private final Map<Long, Long> absent =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > MAX_ABSENT;
        }
      };
  private Consumer<byte[], byte[]> consumer;
  private int read;

  /**
   * @param client at least {@code bootstrap.servers}
   */
  public SchemaTopic(Map<String, Object> client, Topics topics) {
    this.client = Map.copyOf(client);
    this.topics = topics;
    this.partition = new TopicPartition(topics.schemas(), 0);
    SchemaSources.add(this);
  }

  /**
   * Puts there what this release writes and is not there yet; to be called before its first record.
   *
   * @throws KafkaException when the brokers do not take it
   */
  public synchronized void publish() {
    readToEnd();
    List<Schema> missing = new ArrayList<>();
    for (RecordCodec<?> codec : topics.recordTypes()) {
      Schema schema = SpecificData.get().getSchema(codec.type());
      if (!schemas.containsKey(SchemaNormalization.parsingFingerprint64(schema))) {
        missing.add(schema);
      }
    }
    if (!missing.isEmpty()) {
      publish(missing);
    }
  }

  /** Schemas of whatever release. */
  void publish(List<Schema> all) {
    try (Producer<byte[], byte[]> producer = ProducerClients.create(client, Map.of())) {
      List<Future<?>> sent = new ArrayList<>();
      for (Schema schema : all) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    partition.topic(),
                    0,
                    Topic.keyBytes(key(schema)),
                    schema.toString().getBytes(StandardCharsets.UTF_8))));
      }
      for (Future<?> one : sent) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static String key(Schema schema) {
    return "%s/%016x".formatted(schema.getName(), SchemaNormalization.parsingFingerprint64(schema));
  }

  @Override
  public synchronized Schema find(long fingerprint) {
    Schema known = schemas.get(fingerprint);
    Long asked = absent.get(fingerprint);
    if (known != null || asked != null && System.nanoTime() - asked < ABSENT_NANOS) {
      return known;
    }
    try {
      readToEnd();
    } catch (KafkaException e) {
      throw new SchemaLookupException(
          "cannot look up in %s which schema a record was written with: %s"
              .formatted(partition.topic(), e.getMessage()),
          e);
    }
    Schema found = schemas.get(fingerprint);
    if (found == null) {
      absent.put(fingerprint, System.nanoTime());
    } else {
      log.info("records of a schema released after this one: {}", key(found));
    }
    return found;
  }

  /** Nothing when the topic is not there: then nobody who knows of it has written anything. */
  private void readToEnd() {
    if (consumer == null) {
      Map<String, Object> config = new HashMap<>(client);
      config.put("auto.offset.reset", "earliest");
      config.put("enable.auto.commit", false);
      config.put("default.api.timeout.ms", (int) PATIENCE.toMillis());
      consumer = new SkippingConsumer(config, SkippingConsumer.Damaged.LEFT_OUT);
    }
    if (consumer.assignment().isEmpty()) {
      if (consumer.partitionsFor(partition.topic()).isEmpty()) {
        return;
      }
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        add(record);
      }
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException(partition + " was not read to its end in time");
      }
    }
  }

  /** What is no schema, or not the one that its key names, is left out: its writer is at fault. */
  private void add(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null
        || record.value().length > MAX_SCHEMA_BYTES
        || schemas.size() >= MAX_SCHEMAS) {
      return;
    }
    if (read + record.value().length > MAX_ALL_BYTES) {
      log.warn("{}, offset {}: more than is taken of schemas", partition, record.offset());
      return;
    }
    read += record.value().length;
    try {
      Schema schema = new Schema.Parser().parse(new String(record.value(), StandardCharsets.UTF_8));
      if (key(schema).equals(Topic.keyText(record.key()))) {
        schemas.putIfAbsent(SchemaNormalization.parsingFingerprint64(schema), schema);
        return;
      }
      log.warn("{}, offset {}: not the schema that its key names", partition, record.offset());
    } catch (SchemaParseException e) {
      log.warn("{}, offset {}: no schema: {}", partition, record.offset(), e.getMessage());
    } catch (AvroRuntimeException | StackOverflowError e) {
      log.warn("{}, offset {}: no usable schema: {}", partition, record.offset(), e.toString());
    }
  }

  @Override
  public synchronized void close() {
    SchemaSources.remove(this);
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
      consumer = null;
    }
  }
}
