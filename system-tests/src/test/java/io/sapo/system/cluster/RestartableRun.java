package io.sapo.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.run.RoleKind;
import io.sapo.system.run.RunningRole;
import io.sapo.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A run at a staleness bound of 0, with an embedded broker and roles that can be ended and started
 * again over the same folders.
 */
final class RestartableRun implements AutoCloseable {
  static final Topics TOPICS = new Topics("sapo.");
  static final int BATCH = 8;
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final List<RoleKind> ROLES =
      List.of(RoleKind.LEARNER, RoleKind.SEGMENTER, RoleKind.PRODUCER);

  private final Path folder;
  private final Path checkpoint;
  private final List<String> settings;
  private final Map<RoleKind, RunningRole> roles = new EnumMap<>(RoleKind.class);
  private EmbeddedBroker broker;

  RestartableRun(Path folder, String... settings) throws IOException {
    this.folder = folder;
    this.checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    this.settings = List.of(settings);
  }

  Path data() {
    return folder.resolve("data");
  }

  Path brokerFolder() {
    return folder.resolve("broker");
  }

  Map<String, Object> client() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  /** Broker and roles, all ready. */
  void start() {
    startBroker();
    ROLES.forEach(this::begin);
    roles.values().forEach(role -> assertThat(role.awaitReady()).isEqualTo("ready"));
  }

  void startBroker() {
    broker = EmbeddedBroker.start(brokerFolder(), 0);
  }

  RunningRole begin(RoleKind kind) {
    Stream<String> common =
        Stream.of(
            "kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "learner.max-staleness=0",
            "run.updates=1000000");
    RunningRole role =
        RunningRole.start(
            kind,
            data(),
            checkpoint,
            Stream.concat(common, settings.stream()).toArray(String[]::new));
    roles.put(kind, role);
    return role;
  }

  void stop(RoleKind kind) {
    roles.remove(kind).stop();
  }

  void assertNothingFailed() {
    roles.values().forEach(role -> assertThat(role.end()).as("nothing failed").isNotDone());
  }

  /** Ends roles and broker; {@link #start} begins again. */
  @Override
  public void close() {
    try {
      List.copyOf(roles.keySet()).forEach(this::stop);
    } finally {
      if (broker != null) {
        broker.close();
        broker = null;
      }
    }
  }

  void awaitVersions(long version) {
    Await.until("version " + version, PATIENCE, () -> newest() >= version);
  }

  long newest() {
    return versions().size() - 1L;
  }

  List<WeightVersion> versions() {
    List<WeightVersion> versions = new ArrayList<>();
    try (TopicScan scan = new TopicScan(client())) {
      scan.read(
          TOPICS.weights().name(),
          record -> !versions.add(TOPICS.weights().codec().decode(record.value())));
    }
    return versions;
  }

  long count(String topic, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    long[] records = {0};
    try (TopicScan scan = new TopicScan(client())) {
      scan.read(
          topic,
          record -> {
            records[0] += wanted.test(record) ? 1 : 0;
            return false;
          });
    }
    return records[0];
  }
}
