package io.sapo.bench;

import io.sapo.schemas.Topics;
import io.sapo.segmenter.Segmenter;
import io.sapo.segmenter.SegmenterConfig;
import io.sapo.segmenter.StreamsSettings;
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

  private static final long WARM_UP = 2_000;
  private static final long RECORDS = 12_000;
  private static final int ROUNDS = 4;
  private static final int PARTS = 10;
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
      double passThrough = passThrough(kafka, topics, "passed.", state, records);
      return new Pair(passThrough, segmenter(kafka, topics, state, records));
    }
    double segmenter = segmenter(kafka, topics, state, records);
    return new Pair(passThrough(kafka, topics, "passed.", state, records), segmenter);
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

  private static double passThrough(
      BenchKafka kafka, Topics topics, String name, Path state, long records) throws Exception {
    Topics own = new Topics(topics.prefix() + name);
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
   * 10 GB in ten equal parts, published and segmented one after another by one segmenter, in turns
   * with the pass-through of the same few records each time, since the machine's speed moves more
   * in ten minutes than the bar allows.
   */
  private Row flatness(BenchKafka kafka, BenchSettings settings) throws Exception {
    long part = 1_000_000_000L / RECORD_BYTES;
    Path folder = settings.folder().resolve("flat");
    Topics topics = kafka.topics("flat.");
    Topics few = kafka.topics("few.");
    try (Producer<byte[], byte[]> producer = kafka.producer();
        Consumer<byte[], byte[]> reader = kafka.committedReader();
        Segmenter segmenter =
            new Segmenter(
                kafka.client(), topics, SegmenterConfig.defaults(folder.resolve("a")), "bench")) {
      segmenter.start();
      SyntheticTrajectories trajectories = new SyntheticTrajectories(TOKENS, 1);
      new SyntheticTrajectories(TOKENS, 2).publish(producer, few, RECORDS);
      String segments = topics.segments().name();
      int[] passes = {0};
      Alternating rates =
          Alternating.measure(
              PARTS,
              () -> {
                String name = "pass" + passes[0]++ + ".";
                return passThrough(kafka, few, name, folder.resolve(name), RECORDS);
              },
              () -> {
                long before = BenchKafka.committed(reader, segments, 1);
                long begun = System.nanoTime();
                trajectories.publish(producer, topics, part);
                await(reader, segments, before + part);
                double rate = part / Medians.seconds(begun);
                settings.progress().accept("segmenter: a GB at %.0f a second".formatted(rate));
                return rate;
              });
      return Row.atMost(
          name(), "change of cost a record from 1 to 10 GB", rates.change(4), "ratio", 0.1);
    }
  }
}
