package io.sapo.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates the topics of a run and says where existing ones are less than the catalogue asks for;
 * see {@link TopicRules}.
 */
public final class TopicAdmin {
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);
  private static final long ASK_AGAIN_MS = 100;

  private final Admin admin;
  private final Topics topics;

  /** The caller keeps ownership of the admin client. */
  public TopicAdmin(Admin admin, Topics topics) {
    this.admin = admin;
    this.topics = topics;
  }

  /** Creates what is missing, then checks; an empty answer means that nothing is odd. */
  public List<TopicFinding> createAndCheck(short replication)
      throws ExecutionException, InterruptedException {
    boolean allowed = create(expected(replication));
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    List<TopicFinding> findings = check();
    // Each broker knows of a topic a little later than the controller that has created it.
    while (allowed
        && findings.stream().anyMatch(TopicFinding::missing)
        && System.nanoTime() < deadline) {
      Thread.sleep(ASK_AGAIN_MS);
      findings = check();
    }
    return findings;
  }

  /** False when the client may not; others may have created them then. */
  private boolean create(List<NewTopic> wanted) throws ExecutionException, InterruptedException {
    boolean allowed = true;
    for (KafkaFuture<Void> creation : admin.createTopics(wanted).values().values()) {
      try {
        creation.get();
      } catch (ExecutionException e) {
        boolean refused = e.getCause() instanceof TopicAuthorizationException;
        if (!refused && !(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
        allowed &= !refused;
      }
    }
    return allowed;
  }

  /** What is missing or odd, by topic in the order in which data flows. */
  public List<TopicFinding> check() throws ExecutionException, InterruptedException {
    List<NewTopic> wanted = expected((short) -1);
    List<String> names = wanted.stream().map(NewTopic::name).toList();
    var descriptions = admin.describeTopics(names).topicNameValues();
    var settings =
        admin.describeConfigs(names.stream().map(TopicAdmin::resource).toList()).values();
    List<TopicFinding> findings = new ArrayList<>();
    for (NewTopic topic : wanted) {
      try {
        TopicDescription found = descriptions.get(topic.name()).get();
        Config config = settings.get(resource(topic.name())).get();
        partitions(topic, found.partitions().size()).ifPresent(findings::add);
        findings.addAll(
            TopicRules.judge(topic.name(), new TreeMap<>(topic.configs()), values(config)));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        findings.add(TopicFinding.missing(topic.name()));
      }
    }
    return findings;
  }

  private Optional<TopicFinding> partitions(NewTopic topic, int found) {
    int wanted = topic.numPartitions();
    if (found < wanted) {
      return Optional.of(
          TopicFinding.warning(
              "topic %s has %d partitions, expected %d or more: as many processes can share its work"
                  .formatted(topic.name(), found, wanted)));
    }
    return found == wanted || topics.spread(topic.name())
        ? Optional.empty()
        : Optional.of(
            TopicFinding.warning(
                "topic %s has %d partitions, of which only the first is used: the order of its records counts"
                    .formatted(topic.name(), found)));
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private static Map<String, String> values(Config config) {
    Map<String, String> values = new TreeMap<>();
    for (ConfigEntry entry : config.entries()) {
      if (entry.value() != null) {
        values.put(entry.name(), entry.value());
      }
    }
    return values;
  }

  /**
   * Gives the run's topics the retention that they would be created with today, longer or shorter
   * than they have.
   *
   * @return one line for each setting that was changed
   */
  public List<String> alterRetention() throws ExecutionException, InterruptedException {
    List<String> changed = new ArrayList<>();
    for (NewTopic topic : expected((short) -1)) {
      if (TopicRules.compacted(topic.configs())) {
        continue;
      }
      ConfigResource resource = resource(topic.name());
      Map<String, String> found =
          values(admin.describeConfigs(List.of(resource)).all().get().get(resource));
      List<AlterConfigOp> changes = new ArrayList<>();
      for (String key : TopicRules.RETENTION) {
        String wanted = topic.configs().getOrDefault(key, TopicRetention.FOR_EVER);
        if (!wanted.equals(found.get(key))) {
          changes.add(new AlterConfigOp(new ConfigEntry(key, wanted), AlterConfigOp.OpType.SET));
          changed.add(
              "topic %s: %s was %s, is %s".formatted(topic.name(), key, found.get(key), wanted));
        }
      }
      if (!changes.isEmpty()) {
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
      }
    }
    return changed;
  }

  private List<NewTopic> expected(short replication) {
    List<NewTopic> all = new ArrayList<>();
    for (Topic<?> topic : topics.typed()) {
      all.add(newTopic(topic.name(), topic.partitions(), replication, topic.config()));
    }
    SortedMap<String, String> config = new TreeMap<>();
    config.put("max.message.bytes", Integer.toString(2 * Topics.MAX_RECORD_BYTES));
    config.put("retention.ms", TopicRetention.FOR_EVER);
    all.add(newTopic(topics.deadLetters(), 1, replication, config));
    all.add(
        newTopic(
            topics.schemas(), 1, replication, new TreeMap<>(Map.of("cleanup.policy", "compact"))));
    return all;
  }

  private static NewTopic newTopic(
      String name, int partitions, short replication, SortedMap<String, String> config) {
    return new NewTopic(name, partitions, replication).configs(new HashMap<>(config));
  }
}
