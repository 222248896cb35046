package io.sapo.bench;

import io.sapo.schemas.Topics;
import io.sapo.segmenter.Segmenter;
import io.sapo.segmenter.StreamsSettings;
import io.sapo.segmenter.topology.SegmenterConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/**
 * The segmenter against a topology that passes bytes on, on the same topic, with the same settings.
 */
final class SegmenterBench implements Bench {
  private static final int TOKENS = 512;

  /** On the log, before compression, of which there is none. */
  private static final long RECORD_BYTES = 11_000;

  /** Until then the just-in-time compiler takes half a core from both. */
  private static final long WARM_UP = 60_000;

  private static final long RECORDS = 12_000;
  private static final int ROUNDS = 4;
  private static final int GIGABYTES = 10;
  private static final double PATIENCE_SECONDS = 900;

  @Override
  public String name() {
    return "segmenter";
  }

  @Override
  public String about() {
    return "trajectories of 512 tokens, exactly-once, against a topology that passes bytes on";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    try (BenchKafka kafka = new BenchKafka(settings.folder().resolve("broker"))) {
      List<Row> rows = new ArrayList<>();
      round(kafka, settings.folder(), 0, WARM_UP);
      double[] ratios = new double[ROUNDS];
      double[] rates = new double[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        Pair pair = round(kafka, settings.folder(), i + 1, RECORDS);
        ratios[i] = pair.segmenter() / pair.passThrough();
        rates[i] = pair.segmenter();
        settings
            .progress()
            .accept("segmenter: %.0f of %.0f a second".formatted(rates[i], pair.passThrough()));
      }
      rows.add(
          Row.atLeast(name(), "records a second / pass-through", Medians.of(ratios), "ratio", 0.6));
      rows.add(Row.info(name(), "records", Medians.of(rates), "1/s"));
      if (settings.thorough()) {
        rows.add(flatness(kafka, settings));
      }
      return rows;
    }
  }

  private record Pair(double passThrough, double segmenter) {}

  /** Which of the two goes first changes from round to round. */
  private Pair round(BenchKafka kafka, Path folder, int round, long records) throws Exception {
    Topics topics = kafka.topics("bench" + round + ".");
    try (Producer<byte[], byte[]> producer = kafka.producer()) {
      new SyntheticTrajectories(TOKENS, round).publish(producer, topics, records);
    }
    Path state = folder.resolve("state" + round);
    if (round % 2 == 0) {
      double passThrough = passThrough(kafka, topics, state, records);
      return new Pair(passThrough, segmenter(kafka, topics, state, records));
    }
    double segmenter = segmenter(kafka, topics, state, records);
    return new Pair(passThrough(kafka, topics, state, records), segmenter);
  }

  private static double segmenter(BenchKafka kafka, Topics topics, Path state, long records)
      throws Exception {
    try (Segmenter segmenter =
        new Segmenter(
            kafka.client(), topics, SegmenterConfig.defaults(state.resolve("a")), "bench")) {
      segmenter.start();
      return recordsASecond(kafka, topics.segments().name(), records);
    }
  }

  private static double passThrough(BenchKafka kafka, Topics topics, Path state, long records)
      throws Exception {
    Topics own = new Topics(topics.prefix() + "passed.");
    String target = own.prefix() + "through";
    kafka.create(target, topics.segments().config());
    Topology topology =
        new Topology()
            .addSource(
                "source",
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                topics.trajectories().name())
            .addSink(
                "sink", target, new ByteArraySerializer(), new ByteArraySerializer(), "source");
    Properties properties =
        StreamsSettings.of(
            kafka.client(), own, SegmenterConfig.defaults(state.resolve("b")), "bench");
    properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    try (KafkaStreams streams = new KafkaStreams(topology, properties)) {
      streams.start();
      return recordsASecond(kafka, target, records);
    }
  }

  /** From the first committed records on. */
  private static double recordsASecond(BenchKafka kafka, String topic, long records)
      throws InterruptedException {
    try (Consumer<byte[], byte[]> reader = kafka.committedReader()) {
      return between(reader, topic, 1, records);
    }
  }

  private static double between(Consumer<byte[], byte[]> reader, String topic, long from, long to)
      throws InterruptedException {
    long first = await(reader, topic, from);
    long begun = System.nanoTime();
    long last = await(reader, topic, to);
    return (last - first) / Medians.seconds(begun);
  }

  private static long await(Consumer<byte[], byte[]> reader, String topic, long records)
      throws InterruptedException {
    long begun = System.nanoTime();
    long committed;
    while ((committed = BenchKafka.committed(reader, topic, 1)) < records) {
      if (Medians.seconds(begun) > PATIENCE_SECONDS) {
        throw new IllegalStateException(
            "%s has %d of %d records after %.0f s"
                .formatted(topic, committed, records, PATIENCE_SECONDS));
      }
      Thread.sleep(10);
    }
    return committed;
  }

  /**
   * 10 GB through one segmenter; then it and segmenters that have seen nothing take turns at equal
   * windows, since the machine's speed moves more in ten minutes than the bar allows.
   */
  private Row flatness(BenchKafka kafka, BenchSettings settings) throws Exception {
    Path state = settings.folder().resolve("flat");
    try (LiveSegmenter old = new LiveSegmenter(kafka, "old.", state.resolve("old"))) {
      for (int i = 0; i < GIGABYTES; i++) {
        double rate = old.recordsASecond(1_000_000_000L / RECORD_BYTES);
        settings.progress().accept("segmenter: GB %d at %.0f a second".formatted(i + 1, rate));
      }
      int[] count = {0};
      Alternating rates =
          Alternating.measure(
              ROUNDS,
              () -> {
                String name = "young" + count[0]++ + ".";
                try (LiveSegmenter young = new LiveSegmenter(kafka, name, state.resolve(name))) {
                  young.recordsASecond(100); // It works by then.
                  return young.recordsASecond(RECORDS);
                }
              },
              () -> old.recordsASecond(RECORDS));
      return Row.atMost(
          name(), "cost a record after 10 GB / before", 1 / rates.ratio(), "ratio", 1.1);
    }
  }

  /** A segmenter at work while its topic is being written. */
  private static final class LiveSegmenter implements AutoCloseable {
    private final Topics topics;
    private final Producer<byte[], byte[]> producer;
    private final Consumer<byte[], byte[]> reader;
    private final Segmenter segmenter;
    private final SyntheticTrajectories trajectories = new SyntheticTrajectories(TOKENS, 1);

    LiveSegmenter(BenchKafka kafka, String prefix, Path state) throws Exception {
      topics = kafka.topics(prefix);
      producer = kafka.producer();
      reader = kafka.committedReader();
      segmenter = new Segmenter(kafka.client(), topics, SegmenterConfig.defaults(state), "bench");
      segmenter.start();
    }

    double recordsASecond(long records) throws InterruptedException {
      String segments = topics.segments().name();
      long before = BenchKafka.committed(reader, segments, 1);
      long begun = System.nanoTime();
      trajectories.publish(producer, topics, records);
      await(reader, segments, before + records);
      return records / Medians.seconds(begun);
    }

    @Override
    public void close() {
      segmenter.close();
      reader.close();
      producer.close();
    }
  }
}
