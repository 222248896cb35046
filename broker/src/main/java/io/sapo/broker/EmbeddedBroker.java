package io.sapo.broker;

import java.io.IOException;
import java.net.BindException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.BrokerState;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.BrokerLifecycleManager;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A one-node Kafka broker and controller inside this JVM, on loopback. All use of Kafka's internal
 * server classes is here.
 *
 * <p>Nothing it does ends the process: a fatal fault completes {@link #failure()} instead, and the
 * owner decides. Records survive a killed process (they are in the page cache when acknowledged),
 * not a power cut. Starting and closing are for one thread; the rest is thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final String HOST = "127.0.0.1";

  private static final Duration CONTROLLED_SHUTDOWN = Duration.ofSeconds(5);
  private static final Duration SESSION = Duration.ofMinutes(5);
  private static final Duration TAKEOVER_SESSION = Duration.ofMillis(1_500);
  private static final Set<EmbeddedBroker> LIVE = ConcurrentHashMap.newKeySet();

  static {
    Exit.setExitProcedure(EmbeddedBroker::refuseToExit);
    Exit.setHaltProcedure(EmbeddedBroker::refuseToExit);
  }

  private final Path folder;
  private final int port;
  private final CompletableFuture<BrokerException> failure = new CompletableFuture<>();
  private final ControllerServer controller;
  private final BrokerServer broker;

  private EmbeddedBroker(
      Path folder,
      ReservedSocket clients,
      int advertisedPort,
      ReservedSocket control,
      Duration session)
      throws IOException {
    this.folder = folder;
    this.port = advertisedPort == 0 ? clients.port() : advertisedPort;
    Properties settings =
        BrokerSettings.of(folder, HOST, clients.port(), port, control.port(), session);
    KafkaConfig config = new KafkaConfig(settings, false);
    var loaded = KafkaRaftServer.initializeLogDirs(config, log, "");
    MetaPropertiesEnsemble properties = loaded._1();
    BootstrapMetadata bootstrap = loaded._2();
    SharedServer shared =
        new SharedServer(
            config,
            properties,
            Time.SYSTEM,
            Server.initializeMetrics(config, Time.SYSTEM, properties.clusterId().orElseThrow()),
            CompletableFuture.completedFuture(
                QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
            List.of(),
            this::faultHandler,
            handOut(
                Map.of(
                    BrokerSettings.CLIENT_LISTENER,
                    clients.channel(),
                    BrokerSettings.CONTROLLER_LISTENER,
                    control.channel())));
    this.controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), bootstrap);
    this.broker = new BrokerServer(shared);
  }

  /**
   * Starts on a data folder, which is formatted when new and continued when not.
   *
   * @param port 0 for any free one
   * @throws BrokerException when the port is taken, the folder is in use or unreadable
   */
  public static EmbeddedBroker start(Path folder, int port) {
    return start(folder, port, 0);
  }

  /**
   * The same with a proxy in front.
   *
   * @param advertisedPort where clients, and the broker itself, are told to connect; 0: where it
   *     listens
   */
  public static EmbeddedBroker start(Path folder, int port, int advertisedPort) {
    try (ReservedSocket clients = ReservedSocket.bind(HOST, port)) {
      requireFree(folder);
      if (!DataFolder.format(folder) && !DataFolder.isSignedOff(folder)) {
        relieve(folder);
      }
      return start(folder, clients, advertisedPort, SESSION);
    } catch (BindException e) {
      throw new BrokerException(
          "port " + port + " on " + HOST + " is in use; choose another broker.port, 0 for any", e);
    } catch (BrokerException e) {
      throw e;
    } catch (Exception e) {
      throw new BrokerException(
          "the embedded broker cannot start on " + folder + ": " + rootMessage(e), e);
    }
  }

  /**
   * @throws BrokerException where a broker of this process or another works on the data folder: two
   *     would destroy it
   */
  public static void requireFree(Path folder) {
    if (inUse(folder)) {
      throw new BrokerException(
          "another process works on the broker's data in %s, and two would destroy it: a run is going on there. End it first (Ctrl-C), or choose another folder (--data); audit, inspect, topics and replay can be given beside it"
              .formatted(folder),
          null,
          true);
    }
  }

  private static boolean inUse(Path folder) {
    Path real = folder.toAbsolutePath().normalize();
    // Where it is this process's own, the file is not looked at: closing it would take the lock.
    return LIVE.stream().anyMatch(live -> live.folder.toAbsolutePath().normalize().equals(real))
        || DataFolder.isLocked(folder);
  }

  private static EmbeddedBroker start(
      Path folder, ReservedSocket clients, int advertisedPort, Duration session)
      throws IOException {
    try (ReservedSocket control = ReservedSocket.bind(HOST, 0)) {
      DataFolder.signIn(folder);
      EmbeddedBroker broker = new EmbeddedBroker(folder, clients, advertisedPort, control, session);
      broker.startServers();
      clients.keep();
      control.keep();
      LIVE.add(broker);
      return broker;
    }
  }

  /**
   * Takes the registration over from a predecessor that was killed. It stands until its session
   * runs out, so a broker with a short session waits for that and signs off. A short session for
   * good would be wrong: with every core busy, heartbeats are late by seconds, and a broker that is
   * declared dead loses the leadership of all partitions.
   */
  private static void relieve(Path folder) throws IOException {
    try (ReservedSocket nobody = ReservedSocket.bind(HOST, 0)) {
      start(folder, nobody, 0, TAKEOVER_SESSION).close();
    }
  }

  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  /** Where clients connect. */
  public int port() {
    return port;
  }

  /** Completes, normally and with the reason, when the broker dies by itself; never on close. */
  public CompletableFuture<BrokerException> failure() {
    return failure;
  }

  /** Hands over and stops; within seconds, and without error when it has died already. */
  @Override
  public void close() {
    LIVE.remove(this);
    if (signOff()) {
      DataFolder.signOff(folder); // while the folder's lock is held
    }
    broker.shutdown(CONTROLLED_SHUTDOWN);
    controller.shutdown();
  }

  /**
   * A controlled shutdown, which ends the registration.
   *
   * @return whether the controller has written that; a successor then need not wait
   */
  private boolean signOff() {
    BrokerLifecycleManager registration = broker.lifecycleManager();
    if (registration == null || registration.state() != BrokerState.RUNNING || failure.isDone()) {
      return false;
    }
    registration.beginControlledShutdown();
    try {
      registration
          .controlledShutdownFuture()
          .get(CONTROLLED_SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      log.debug("not signed off", e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void startServers() {
    try {
      controller.startup();
      broker.startup();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private FaultHandler faultHandler(String name, boolean fatal, Runnable action) {
    return (message, cause) -> {
      BrokerException fault =
          new BrokerException(
              "embedded broker, " + name + ": " + message + ": " + rootMessage(cause), cause, true);
      log.error(fault.getMessage(), cause);
      action.run();
      if (fatal) {
        failure.complete(fault);
      }
      return fault;
    };
  }

  /**
   * Kafka ends the process in places that no fault handler covers, such as a full disk; which of
   * several brokers meant it cannot be told, so all are reported as failed.
   */
  private static void refuseToExit(int status, String message) {
    LIVE.forEach(broker -> broker.failure.complete(broker.gaveUp(status, message)));
    throw new BrokerException("the embedded broker gave up (status " + status + ")", null, true);
  }

  private BrokerException gaveUp(int status, String message) {
    return new BrokerException(
        "the embedded broker gave up (status %d): %s".formatted(status, why(message)), null, true);
  }

  /** Kafka says nothing when it can no longer write. */
  private String why(String message) {
    if (message != null) {
      return message;
    }
    try {
      return "%d MiB are left for %s; make room if that is the reason, and start again: nothing that was committed is lost"
          .formatted(Files.getFileStore(folder).getUsableSpace() >> 20, folder);
    } catch (IOException e) {
      return "%s cannot be looked at: %s; are fewer files allowed (ulimit -n) than it has segments?"
          .formatted(folder, e.getMessage());
    }
  }

  private static ServerSocketFactory handOut(Map<String, ServerSocketChannel> byListener) {
    return (listener, address, backlog, receiveBuffer) -> {
      ServerSocketChannel channel = byListener.get(listener);
      if (channel == null) {
        throw new IOException("no socket was reserved for listener " + listener);
      }
      return channel;
    };
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    if (root == null) {
      return "no cause given";
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
