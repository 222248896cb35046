package io.sapo.bench;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.command.ChildProcesses;
import io.sapo.schemas.Component;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The default job twice, in processes of its own: with more epochs, so that the learner is the
 * slower side, and with fewer slots, so that the producer is. Shares come from the commit records
 * and the producers' heartbeats.
 */
final class PipelineBench implements Bench {
  private static final int UPDATES = 10;

  /** The first versions wait for the first trajectories, and code is being compiled. */
  private static final long FROM_VERSION = 4;

  private static final long PATIENCE_MINUTES = 8;

  @Override
  public String name() {
    return "pipeline";
  }

  @Override
  public String about() {
    return "the default job with the learner, then the producer, as the slower side";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    List<Row> rows = new ArrayList<>();
    Job slowLearner = job(settings.folder().resolve("learner"), Map.of("learner.epochs", "3"));
    rows.add(
        Row.atLeast(
            name(),
            "learner busy when producers outpace it",
            slowLearner.learner(),
            "ratio",
            0.95));
    rows.add(Row.info(name(), "  of it updating", slowLearner.updating(), "ratio"));
    rows.add(Row.info(name(), "  producer busy meanwhile", slowLearner.producer(), "ratio"));
    settings.progress().accept("pipeline: slow learner: " + slowLearner);
    Job slowProducer = job(settings.folder().resolve("producer"), Map.of("producer.slots", "8"));
    settings.progress().accept("pipeline: slow producer: " + slowProducer);
    rows.add(
        Row.atLeast(
            name(),
            "producer busy when the learner outpaces it",
            slowProducer.producer(),
            "ratio",
            0.95));
    rows.add(Row.info(name(), "  learner busy meanwhile", slowProducer.learner(), "ratio"));
    return rows;
  }

  /**
   * @param learner share of time not waiting for input
   * @param updating share of time in updates alone
   * @param producer share of time generating
   */
  private record Job(double learner, double updating, double producer) {}

  private static Job job(Path data, Map<String, String> settings) throws Exception {
    Files.createDirectories(data.getParent());
    train(data, settings);
    Topics topics = new Topics("sapo.");
    try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"), 0)) {
      List<WeightVersion> versions = read(broker, topics.weights());
      double seconds = 0;
      double waited = 0;
      double updated = 0;
      long from = Long.MAX_VALUE;
      long to = 0;
      for (WeightVersion version : versions) {
        Map<String, Double> m = version.getMetrics();
        if (version.getVersion() < FROM_VERSION) {
          continue;
        }
        from = Math.min(from, version.getCommittedAtMs());
        to = version.getCommittedAtMs();
        waited += m.get("seconds_wait");
        updated += m.get("seconds_update");
        seconds +=
            m.get("seconds_wait")
                + m.get("seconds_update")
                + m.get("seconds_commit")
                + m.get("seconds_checkpoint");
      }
      return new Job(
          1 - waited / seconds,
          updated / seconds,
          producerBusy(read(broker, topics.status()), from, to));
    }
  }

  private static double producerBusy(List<Status> statuses, long from, long to) {
    return statuses.stream()
        .filter(status -> status.getComponent() == Component.PRODUCER)
        .filter(status -> status.getAtMs() > from + status.getIntervalMs() && status.getAtMs() < to)
        .mapToDouble(status -> status.getGauges().getOrDefault("busy_share", 0.0))
        .average()
        .orElse(Double.NaN);
  }

  private static void train(Path data, Map<String, String> settings)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xms768m",
            "-Xmx768m",
            "-XX:+UseSerialGC",
            "-Djava.awt.headless=true",
            "-Dai.djl.offline=true",
            "-Dsapo.home=" + System.getProperty("sapo.home", ""),
            "-cp",
            System.getProperty("java.class.path"),
            "io.sapo.standalone.Main",
            "train",
            "--data",
            data.toString(),
            "--updates",
            Integer.toString(UPDATES)));
    Map<String, String> all = new TreeMap<>(settings);
    all.put("evaluation.every", "0");
    all.put("evaluation.tasks", "1");
    all.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    File log = data.resolveSibling(data.getFileName() + ".log").toFile();
    Process process =
        ChildProcesses.adopt(
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start());
    try {
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException(
            "the default job failed:\n" + Files.readString(log.toPath()));
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private static <T extends SpecificRecordBase> List<T> read(EmbeddedBroker broker, Topic<T> topic)
      throws RecordFormatException {
    Map<String, Object> config =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", "read_committed");
    List<T> values = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(topic.name(), 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          if (record.value() != null) {
            values.add(topic.codec().decode(record.value()));
          }
        }
      }
    }
    return values;
  }
}
