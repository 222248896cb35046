package io.sapo.system.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;

/**
 * Brokers of this JVM that replicate. They have a listener without any protection, for the tests
 * themselves and the brokers among themselves, and one that asks for TLS, a password and rules.
 */
final class Cluster implements AutoCloseable {
  private static final String PASSWORD = "key-password";
  private static final String SECURE = "SECURE";

  private final Path folder;
  private final KafkaClusterTestKit kit;
  private final int brokers;

  /**
   * @param folder for keys
   * @param brokers on which every topic is replicated; all but one must have a record
   */
  Cluster(Path folder, int brokers) throws Exception {
    this.folder = folder;
    this.brokers = brokers;
    Path keys = makeKey("broker");
    trust(keys, "trusted");
    trust(makeKey("stranger"), "foreign");
    KafkaClusterTestKit.Builder builder =
        new KafkaClusterTestKit.Builder(
            new TestKitNodes.Builder()
                .setCombined(false)
                .setNumControllerNodes(1)
                .setNumBrokerNodes(brokers)
                .setPerServerProperties(
                    IntStream.range(0, brokers)
                        .boxed()
                        .collect(
                            Collectors.toMap(
                                id -> id,
                                id ->
                                    Map.of(
                                        "listeners",
                                        "EXTERNAL://localhost:0,SECURE://localhost:0"))))
                .build());
    properties(keys).forEach(builder::setConfigProp);
    kit = builder.build();
    kit.format();
    kit.startup();
    kit.waitForReadyBrokers();
  }

  private Map<String, String> properties(Path keys) {
    String secure = "listener.name.secure.";
    String replicas = Integer.toString(brokers);
    String inSync = Integer.toString(Math.max(1, brokers - 1));
    return Map.ofEntries(
        Map.entry(
            "listener.security.protocol.map",
            "EXTERNAL:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT"),
        Map.entry(secure + "ssl.keystore.location", keys.toString()),
        Map.entry(secure + "ssl.keystore.password", PASSWORD),
        Map.entry(secure + "ssl.keystore.type", "PKCS12"),
        Map.entry(secure + "sasl.enabled.mechanisms", "SCRAM-SHA-512"),
        Map.entry(
            secure + "scram-sha-512.sasl.jaas.config",
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"),
        Map.entry(
            "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
        Map.entry("super.users", "User:ANONYMOUS"),
        Map.entry("default.replication.factor", replicas),
        Map.entry("min.insync.replicas", inSync),
        Map.entry("offsets.topic.replication.factor", replicas),
        Map.entry("offsets.topic.num.partitions", "1"),
        Map.entry("transaction.state.log.replication.factor", replicas),
        Map.entry("transaction.state.log.min.isr", inSync),
        Map.entry("transaction.state.log.num.partitions", "1"),
        Map.entry("group.initial.rebalance.delay.ms", "0"),
        Map.entry("message.max.bytes", "33554432"),
        Map.entry("replica.fetch.max.bytes", "33554432"),
        Map.entry("broker.session.timeout.ms", "3000"),
        Map.entry("broker.heartbeat.interval.ms", "300"),
        Map.entry("auto.create.topics.enable", "false"));
  }

  /** Where whoever may do everything connects. */
  String bootstrapServers() {
    return addresses("EXTERNAL");
  }

  /** Where roles connect that have to say who they are. */
  String secureServers() {
    return addresses(SECURE);
  }

  private String addresses(String listener) {
    return kit.brokers().values().stream()
        .map(broker -> "localhost:" + broker.boundPort(ListenerName.normalised(listener)))
        .collect(Collectors.joining(","));
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
  }

  /** Stops one broker as for maintenance and starts it again. */
  void restart(int broker) {
    stop(broker);
    start(broker);
  }

  void stop(int broker) {
    kit.brokers().get(broker).shutdown();
  }

  void start(int broker) {
    kit.brokers().get(broker).startup();
  }

  /** Lets a user log in, and do what the rules say. */
  void enrol(String user, String password, List<AclBinding> rules) throws Exception {
    try (Admin admin = admin()) {
      admin
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password)))
          .all()
          .get();
      admin.createAcls(rules).all().get();
    }
  }

  /** Settings of a role that logs in at the secure listener. */
  String[] login(String user, String password) {
    return login(user, password, "trusted");
  }

  /** The same for one that trusts other certificates than the brokers'. */
  String[] distrustfulLogin(String user, String password) {
    return login(user, password, "foreign");
  }

  private String[] login(String user, String password, String trusted) {
    return new String[] {
      "kafka.bootstrap-servers=" + secureServers(),
      "kafka.client.security.protocol=SASL_SSL",
      "kafka.client.sasl.mechanism=SCRAM-SHA-512",
      "kafka.client.sasl.jaas.config="
          + "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
          + user
          + "\" password=\""
          + password
          + "\";",
      "kafka.client.ssl.truststore.location=" + folder.resolve(trusted + ".p12"),
      "kafka.client.ssl.truststore.password=" + PASSWORD,
      "kafka.client.ssl.truststore.type=PKCS12"
    };
  }

  private Path makeKey(String name) throws IOException, InterruptedException {
    Path file = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes());
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool: " + said);
    }
    return file;
  }

  private void trust(Path keys, String name) throws IOException, GeneralSecurityException {
    char[] password = PASSWORD.toCharArray();
    KeyStore owned = KeyStore.getInstance(keys.toFile(), password);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, password);
    trusted.setCertificateEntry("broker", owned.getCertificate("key"));
    try (OutputStream out = Files.newOutputStream(folder.resolve(name + ".p12"))) {
      trusted.store(out, password);
    }
  }

  @Override
  public void close() throws Exception {
    kit.close();
  }
}
