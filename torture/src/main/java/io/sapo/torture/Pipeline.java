package io.sapo.torture;

import io.sapo.command.ExitCodes;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import io.sapo.standalone.run.RoleKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Broker, producer, segmenter and learner as processes, with a proxy between the broker and all
 * others. Everything lies in one folder. For one thread.
 */
final class Pipeline implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(5);

  private static final int MOST_STARTS = 5;
  private static final long ENDLESS = 1_000_000;
  private static final int PROMPT_TOKENS = 256;
  private static final int NEW_TOKENS = 128;

  /** Quick versions, and as much of everything that can be disturbed in a short time. */
  private static final List<String> SMALL =
      List.of(
          "model.max-prompt-tokens=" + PROMPT_TOKENS,
          "model.max-new-tokens=" + NEW_TOKENS,
          "learner.max-sequence-tokens=" + (PROMPT_TOKENS + NEW_TOKENS),
          "learner.batch-size=16",
          "learner.mini-batch-size=8",
          "learner.checkpoint-every=2",
          "learner.anchor-every=4",
          "producer.slots=8",
          "producer.rollouts-per-task=2",
          "segmenter.group-deadline=3s",
          "segmenter.dedup-retention=1h",
          "run.heartbeat=200ms");

  private final Path folder;
  private final CheckpointFolder model;
  private final List<String> settings;
  private final Path haltFile;
  private final int brokerPort;
  private final TcpProxy proxy;
  private final Map<RoleKind, Child> children = new EnumMap<>(RoleKind.class);
  private final List<Child> all = new ArrayList<>();

  /**
   * @param model that is trained
   */
  Pipeline(Path folder, CheckpointFolder model) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.model = model;
    this.settings = new ArrayList<>(List.of("--set", "model.checkpoint=" + model.path()));
    SMALL.forEach(setting -> settings.addAll(List.of("--set", setting)));
    this.haltFile = folder.resolve("halt");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      brokerPort = free.getLocalPort();
    }
    proxy = TcpProxy.start(brokerPort);
  }

  TcpProxy proxy() {
    return proxy;
  }

  Path haltFile() {
    return haltFile;
  }

  Path learnerData() {
    return folder.resolve("learner");
  }

  Topics topics() {
    return new Topics("sapo.");
  }

  /** For clients of this process, past the proxy only until they have heard from the broker. */
  Map<String, Object> client() {
    return Map.of("bootstrap.servers", "127.0.0.1:" + proxy.port());
  }

  /** Takes records of every size that topics take. */
  Producer<byte[], byte[]> producer() {
    return ProducerClients.create(
        client(), Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.MAX_RECORD_BYTES));
  }

  /** Begins to send what is hostile. */
  Hostility hostility(long seed) {
    return Hostility.start(client(), topics(), model.config(), PROMPT_TOKENS + NEW_TOKENS, seed);
  }

  Child child(RoleKind role) {
    return children.get(role);
  }

  /**
   * Starts a role, or starts it again, and waits until it does its work; what says that a new start
   * may help is started again, as a supervisor would.
   */
  void start(RoleKind role) throws IOException, InterruptedException {
    launch(role);
    awaitReady(role);
  }

  /** The broker first, all others at a time. */
  void startAll(List<RoleKind> roles) throws IOException, InterruptedException {
    start(RoleKind.BROKER);
    List<RoleKind> others = roles.stream().filter(role -> role != RoleKind.BROKER).toList();
    for (RoleKind role : others) {
      launch(role);
    }
    for (RoleKind role : others) {
      awaitReady(role);
    }
  }

  private void awaitReady(RoleKind role) throws IOException, InterruptedException {
    for (int starts = 1; !child(role).awaitReady(LIMIT); starts++) {
      if (starts == MOST_STARTS) {
        throw new TortureException(
            "%s gave up %d times before it was ready:\n%s"
                .formatted(role.label(), starts, child(role).tail()),
            null);
      }
      launch(role);
    }
  }

  /** Does not wait. What ran in this role before is forgotten, not ended. */
  Child launch(RoleKind role) throws IOException {
    return launch(role, 0);
  }

  /** The same on a disk that has no room for a file of more than so much; 0 for one that has. */
  Child launch(RoleKind role, int fileKilobytes) throws IOException {
    List<String> properties = List.of(HaltPoint.PROPERTY + "=" + haltFile);
    Child child = Child.start(role, properties, arguments(role), log(role), fileKilobytes);
    children.put(role, child);
    all.add(child);
    return child;
  }

  /** A learner of its own on other topics, up to a version. */
  Child foldAlone(String prefix, Path data, long until) throws IOException {
    List<String> arguments = new ArrayList<>(settings);
    arguments.addAll(
        List.of(
            "--data",
            data.toString(),
            "--bootstrap-servers",
            client().get("bootstrap.servers").toString(),
            "--set",
            "kafka.topic-prefix=" + prefix,
            "--set",
            "run.updates=" + until));
    List<String> properties = List.of(HaltPoint.PROPERTY + "=" + haltFile);
    Child child =
        Child.start(RoleKind.LEARNER, properties, arguments, folder.resolve("alone.log"), 0);
    all.add(child);
    return child;
  }

  private List<String> arguments(RoleKind role) {
    List<String> arguments = new ArrayList<>(settings);
    arguments.addAll(List.of("--data", folder.toString()));
    if (role == RoleKind.BROKER) {
      arguments.addAll(
          List.of(
              "--port",
              Integer.toString(brokerPort),
              "--set",
              "broker.advertised-port=" + proxy.port()));
    } else {
      arguments.addAll(
          List.of("--bootstrap-servers", client().get("bootstrap.servers").toString()));
      arguments.addAll(List.of("--set", "run.updates=" + ENDLESS));
    }
    return arguments;
  }

  private Path log(RoleKind role) {
    return folder.resolve(role.label() + ".log");
  }

  /** What ended without having been made to. */
  List<Child> unexpectedlyEnded() {
    return children.values().stream().filter(child -> !child.alive()).toList();
  }

  /**
   * Asks a role to end and waits for it.
   *
   * @throws TortureException when it does not end in order
   */
  void stop(RoleKind role) throws InterruptedException {
    Child child = children.remove(role);
    if (child != null) {
      boolean endedBefore = !child.alive();
      child.terminate();
      int status = child.awaitEnd(LIMIT);
      // What the broker's absence has ended meanwhile would have been started again.
      if (status != ExitCodes.FINE && !(endedBefore && status == ExitCodes.RETRY)) {
        throw new TortureException(
            "%s was asked to end and ended with %d:\n%s"
                .formatted(role.label(), status, child.tail()),
            null);
      }
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (Child child : all) {
      child.close();
    }
    proxy.close();
  }
}
