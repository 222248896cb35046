package io.sapo.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;

/**
 * Settings of a one-node broker that shares two cores and a small heap with the rest of the system:
 * few threads, one partition for each internal topic, small buffers, no waiting for peers that
 * cannot exist.
 */
final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String CLIENT_LISTENER = "CLIENTS";
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  private static final int MIB = 1 << 20;

  private BrokerSettings() {}

  /**
   * @param advertisedPort that clients are told to use
   * @param session without a heartbeat for so long the broker counts as dead, and before that no
   *     successor is let in
   */
  static Properties of(
      Path folder,
      String host,
      int clientPort,
      int advertisedPort,
      int controllerPort,
      Duration session) {
    Properties p = new Properties();
    identity(p, folder, host, clientPort, advertisedPort, controllerPort);
    singleNode(p);
    small(p);
    prompt(p);
    set(p, "broker.session.timeout.ms", session.toMillis());
    set(p, "broker.heartbeat.interval.ms", Math.min(2_000, session.toMillis() / 4));
    return p;
  }

  private static void identity(
      Properties p,
      Path folder,
      String host,
      int clientPort,
      int advertisedPort,
      int controllerPort) {
    String clients = CLIENT_LISTENER + "://" + host + ":" + clientPort;
    String controller = CONTROLLER_LISTENER + "://" + host + ":" + controllerPort;
    set(p, "process.roles", "broker,controller");
    set(p, "node.id", NODE_ID);
    set(p, "log.dirs", folder.toString());
    set(p, "listeners", clients + "," + controller);
    set(p, "advertised.listeners", CLIENT_LISTENER + "://" + host + ":" + advertisedPort);
    set(p, "inter.broker.listener.name", CLIENT_LISTENER);
    set(p, "controller.listener.names", CONTROLLER_LISTENER);
    set(
        p,
        "listener.security.protocol.map",
        CLIENT_LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    set(p, "controller.quorum.voters", NODE_ID + "@" + host + ":" + controllerPort);
    set(p, "auto.create.topics.enable", false);
  }

  private static void singleNode(Properties p) {
    set(p, "default.replication.factor", 1);
    set(p, "min.insync.replicas", 1);
    set(p, "offsets.topic.replication.factor", 1);
    set(p, "offsets.topic.num.partitions", 1);
    set(p, "transaction.state.log.replication.factor", 1);
    set(p, "transaction.state.log.min.isr", 1);
    set(p, "transaction.state.log.num.partitions", 1);
    set(p, "share.coordinator.state.topic.replication.factor", 1);
    set(p, "share.coordinator.state.topic.min.isr", 1);
    set(p, "share.coordinator.state.topic.num.partitions", 1);
    // A run may rest for months before it is continued; its positions must still be there.
    set(p, "offsets.retention.minutes", 10 * 365 * 24 * 60);
  }

  private static void small(Properties p) {
    set(p, "num.network.threads", 1);
    set(p, "num.io.threads", 2);
    set(p, "background.threads", 1);
    set(p, "num.recovery.threads.per.data.dir", 1);
    set(p, "group.coordinator.threads", 1);
    set(p, "group.coordinator.background.threads", 1);
    set(p, "log.segment.bytes", 256 * MIB);
    set(p, "log.index.size.max.bytes", MIB);
    set(p, "offsets.topic.segment.bytes", 8 * MIB);
    set(p, "transaction.state.log.segment.bytes", 8 * MIB);
    set(p, "share.coordinator.state.topic.segment.bytes", 8 * MIB);
    set(p, "metadata.log.segment.bytes", 16 * MIB);
    set(p, "log.cleaner.dedupe.buffer.size", 2 * MIB);
    set(p, "log.cleaner.io.buffer.size", MIB / 4);
    set(p, "message.max.bytes", 32 * MIB);
    // Sizes are bounded as records are on the heap of whoever reads them: kilobytes on the wire may
    // be one record of gigabytes, which would end its readers at every start.
    set(p, "compression.type", "uncompressed");
  }

  private static void prompt(Properties p) {
    set(p, "group.initial.rebalance.delay.ms", 0);
    set(p, "controller.quorum.append.linger.ms", 1);
    // A transaction that begins while the last one's markers are being written is held here, not
    // turned away: turned away, batches behind it arrive out of order and are all sent again.
    set(p, "add.partitions.to.txn.retry.backoff.ms", 5);
    set(p, "add.partitions.to.txn.retry.backoff.max.ms", 5_000);
    // Idle metadata records mark liveness for remote observers; here there are none.
    set(p, "metadata.max.idle.interval.ms", 5_000);
  }

  private static void set(Properties p, String key, Object value) {
    p.setProperty(key, value.toString());
  }
}
