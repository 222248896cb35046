package io.sapo.standalone.kafka;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.Topics;
import io.sapo.standalone.cli.CommandFailure;
import io.sapo.standalone.config.Settings;
import io.sapo.standalone.run.RunFolder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** The way to the brokers of a run: those named in the settings, or an embedded one. */
public final class KafkaAccess implements AutoCloseable {
  private static final int REACH_MS = 12_000;

  private final Map<String, Object> client;
  private final Topics topics;
  private final short replication;
  private final EmbeddedBroker embedded;

  private KafkaAccess(Settings settings, String bootstrapServers, EmbeddedBroker embedded) {
    Map<String, Object> properties = new TreeMap<>(settings.free("kafka.client"));
    properties.put("bootstrap.servers", bootstrapServers);
    this.client = properties;
    this.topics = new Topics(settings.text("kafka.topic-prefix"));
    this.replication = (short) settings.integer("kafka.replication");
    this.embedded = embedded;
  }

  /**
   * @throws CommandFailure when the named brokers do not answer
   * @throws io.sapo.broker.BrokerException when the embedded one cannot start
   */
  public static KafkaAccess open(Settings settings, RunFolder folder) {
    Optional<String> named = settings.optionalText("kafka.bootstrap-servers");
    if (named.isPresent()) {
      return reach(new KafkaAccess(settings, named.get(), null));
    }
    int port = settings.integer("broker.port");
    EmbeddedBroker broker = EmbeddedBroker.start(folder.broker(), port);
    return new KafkaAccess(settings, broker.bootstrapServers(), broker);
  }

  /** The same for a look from outside: the brokers of a run that is going, if it is. */
  public static KafkaAccess join(Settings settings, RunFolder folder) {
    if (settings.optionalText("kafka.bootstrap-servers").isPresent()) {
      return open(settings, folder);
    }
    Optional<String> live = folder.liveAddress();
    return live.isPresent()
        ? reach(new KafkaAccess(settings, live.get(), null))
        : open(settings, folder);
  }

  private static KafkaAccess reach(KafkaAccess access) {
    Map<String, Object> patience = new TreeMap<>(access.client);
    patience.putIfAbsent("default.api.timeout.ms", REACH_MS);
    patience.putIfAbsent("request.timeout.ms", REACH_MS / 2);
    try (Admin admin = Admin.create(patience)) {
      admin.describeCluster().nodes().get();
      return access;
    } catch (KafkaException | ExecutionException e) {
      throw CommandFailure.failed(
          "cannot reach Kafka at "
              + access.bootstrapServers()
              + ": "
              + rootMessage(e)
              + "; check kafka.bootstrap-servers and kafka.client",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("interrupted while reaching Kafka", e);
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof TimeoutException ? "no answer in time" : root.getMessage();
  }

  /** Properties that every client starts from. */
  public Map<String, Object> client() {
    return Map.copyOf(client);
  }

  public Admin admin() {
    return Admin.create(client);
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
    if (embedded != null) {
      embedded.close();
    }
  }
}
