package io.sapo.standalone.kafka;

import io.sapo.admin.metrics.KafkaMeters;
import io.sapo.broker.BrokerException;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.command.CommandFailure;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.schemas.SchemaTopic;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.TopicFinding;
import io.sapo.schemas.Topics;
import io.sapo.standalone.folder.RunFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to the brokers of a run: those named in the settings, or an embedded one. */
public final class KafkaAccess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KafkaAccess.class);
  private static final int CONNECT_MS = 2_000;
  private static final int REACH_MS = 12_000;

  private final KafkaMeters meters = new KafkaMeters();
  private final Map<String, Object> client;
  private final Topics topics;
  private final SchemaTopic schemas;
  private final short replication;
  private final EmbeddedBroker embedded;

  /** The run whose own broker this is; null for others. */
  private final RunFolder lender;

  /** Null while nobody is to be interrupted. */
  private EndOfRun watch;

  private KafkaAccess(
      Settings settings, String bootstrapServers, EmbeddedBroker embedded, RunFolder lender) {
    Map<String, Object> properties = new TreeMap<>(settings.free("kafka.client"));
    properties.put("bootstrap.servers", bootstrapServers);
    // A machine that is gone refuses nothing, it is silent; others can be asked meanwhile.
    properties.putIfAbsent("socket.connection.setup.timeout.ms", CONNECT_MS);
    properties.putIfAbsent("socket.connection.setup.timeout.max.ms", 4 * CONNECT_MS);
    meters.addTo(properties);
    this.client = properties;
    this.topics = Binding.topics(settings);
    this.schemas = new SchemaTopic(properties, topics);
    this.replication = (short) settings.integer("kafka.replication");
    this.embedded = embedded;
    this.lender = lender;
  }

  /**
   * @throws CommandFailure when the named brokers do not answer
   * @throws io.sapo.broker.BrokerException when the embedded one cannot start
   */
  public static KafkaAccess open(Settings settings, RunFolder folder) {
    Optional<String> named = settings.optionalText("kafka.bootstrap-servers");
    if (named.isPresent()) {
      return reach(new KafkaAccess(settings, named.get(), null, null));
    }
    return embed(settings, folder);
  }

  /** The same for a look from outside: the brokers of a run that is going, if it is. */
  public static KafkaAccess join(Settings settings, RunFolder folder) {
    if (settings.optionalText("kafka.bootstrap-servers").isPresent()) {
      return open(settings, folder);
    }
    for (RunFolder lender : List.of(folder, ownerOfBroker(settings, folder))) {
      Optional<String> live = lender.liveAddress();
      if (live.isPresent()) {
        return reach(new KafkaAccess(settings, live.get(), null, lender));
      }
    }
    return open(settings, folder);
  }

  /**
   * That the run, whose own broker this was, has ended and taken it along; empty where it has not.
   *
   * @param failure to read from that broker
   */
  public Optional<BrokerException> endOfRun(Exception failure) {
    if (!runHasEnded()) {
      return Optional.empty();
    }
    return Optional.of(
        new BrokerException(
            "the run in %s has ended meanwhile, and its broker with it; give the command again: it will start a broker on the run's data"
                .formatted(lender.path()),
            failure,
            true));
  }

  private boolean runHasEnded() {
    return lender != null && !lender.liveAddress().equals(Optional.of(bootstrapServers()));
  }

  /**
   * From here on the calling thread is interrupted where it waits for the broker of a run that has
   * ended; what it fails with then, {@link #endOfRun} explains.
   */
  public void interruptAtEndOfRun() {
    if (lender != null) {
      watch = new EndOfRun(this::runHasEnded);
    }
  }

  /**
   * The same for a process that has no broker of its own: those named in the settings, or that of a
   * run in this folder.
   *
   * @throws CommandFailure when there are none, or they do not answer
   */
  public static KafkaAccess find(Settings settings, RunFolder folder) {
    String servers =
        settings
            .optionalText("kafka.bootstrap-servers")
            .or(folder::liveAddress)
            .orElseThrow(
                () ->
                    CommandFailure.usage(
                        "no brokers are named, and none runs in "
                            + folder.path()
                            + "; give --bootstrap-servers HOST:PORT"));
    return reach(new KafkaAccess(settings, servers, null, null));
  }

  /**
   * The same for a process that belongs to no run.
   *
   * @throws CommandFailure when the settings name none, or they do not answer
   */
  public static KafkaAccess named(Settings settings) {
    return find(settings, RunFolder.ofRoles());
  }

  /** The broker of a process that is nothing else, on the folder's data. */
  public static KafkaAccess embed(Settings settings, RunFolder folder) {
    EmbeddedBroker broker =
        EmbeddedBroker.start(
            brokerData(settings, folder),
            settings.integer("broker.port"),
            settings.integer("broker.advertised-port"));
    return new KafkaAccess(settings, broker.bootstrapServers(), broker, null);
  }

  /**
   * To be asked before anything is written into a run's folder.
   *
   * @throws io.sapo.broker.BrokerException when a run with a broker of its own is going on there
   */
  public static void requireFree(Settings settings, RunFolder folder) {
    if (settings.optionalText("kafka.bootstrap-servers").isEmpty()) {
      EmbeddedBroker.requireFree(brokerData(settings, folder));
    }
  }

  /** Where the embedded broker of a run keeps its data. */
  public static Path brokerData(Settings settings, RunFolder folder) {
    return settings.optionalPath("broker.data").orElse(folder.broker());
  }

  /** A fork shares the broker of the run it comes from. */
  private static RunFolder ownerOfBroker(Settings settings, RunFolder folder) {
    return new RunFolder(brokerData(settings, folder).toAbsolutePath().getParent());
  }

  private static KafkaAccess reach(KafkaAccess access) {
    Map<String, Object> patience = new TreeMap<>(access.client);
    patience.putIfAbsent("default.api.timeout.ms", REACH_MS);
    patience.putIfAbsent("request.timeout.ms", REACH_MS / 2);
    try (Admin admin = Admin.create(patience)) {
      admin.describeCluster().nodes().get();
      return access;
    } catch (KafkaException | ExecutionException e) {
      access.close();
      throw CommandFailure.failed(
          "cannot reach Kafka at " + access.bootstrapServers() + ": " + ConnectionAdvice.of(e), e);
    } catch (InterruptedException e) {
      access.close();
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("interrupted while reaching Kafka", e);
    }
  }

  /** Properties that every client starts from. */
  public Map<String, Object> client() {
    return Map.copyOf(client);
  }

  /** What all clients made from {@link #client} measure. */
  public KafkaMeters meters() {
    return meters;
  }

  public Admin admin() {
    return Admin.create(client);
  }

  /**
   * Creates the topics of the run that are missing and holds all against the catalogue. What a run
   * can live with is logged as a warning.
   *
   * @throws CommandFailure naming every topic that is not as it must be
   */
  public void prepareTopics() throws InterruptedException {
    prepareTopics(topics);
  }

  /** The same for the topics of another run on these brokers, such as a fork's. */
  public void prepareTopics(Topics wanted) throws InterruptedException {
    try (Admin admin = admin()) {
      List<TopicFinding> findings = new TopicAdmin(admin, wanted).createAndCheck(replication);
      List<String> fatal =
          findings.stream().filter(TopicFinding::fatal).map(TopicFinding::text).toList();
      if (!fatal.isEmpty()) {
        throw CommandFailure.failed(
            "the topics are not as this run needs them:\n  " + String.join("\n  ", fatal));
      }
      findings.forEach(finding -> log.warn("{}", finding.text()));
      publishSchemas(wanted);
    } catch (ExecutionException e) {
      throw CommandFailure.failed(
          e.getCause() instanceof AuthorizationException
              ? "not allowed to look at the topics %s* of this cluster (%s); sapo acls prints what a role needs"
                  .formatted(wanted.prefix(), e.getCause().getMessage())
              : "Kafka refused: " + e.getCause().getMessage(),
          e);
    }
  }

  private void publishSchemas(Topics wanted) {
    if (wanted.prefix().equals(topics.prefix())) {
      schemas.publish();
      return;
    }
    try (SchemaTopic others = new SchemaTopic(client, wanted)) {
      others.publish();
    }
  }

  public Topics topics() {
    return topics;
  }

  public short replication() {
    return replication;
  }

  public String bootstrapServers() {
    return client.get("bootstrap.servers").toString();
  }

  /** The broker when it is in this process. */
  public Optional<EmbeddedBroker> embedded() {
    return Optional.ofNullable(embedded);
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    schemas.close();
    if (embedded != null) {
      embedded.close();
    }
  }
}
