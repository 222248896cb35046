package io.sapo.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics of a run and says where existing ones differ from the catalogue. */
public final class TopicAdmin {
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);
  private static final long ASK_AGAIN_MS = 100;
  private static final String MISSING = " is missing; run: sapo topics create";

  private final Admin admin;
  private final Topics topics;

  /** The caller keeps ownership of the admin client. */
  public TopicAdmin(Admin admin, Topics topics) {
    this.admin = admin;
    this.topics = topics;
  }

  /** Creates what is missing, then checks; an empty answer means all is as the catalogue says. */
  public List<String> createAndCheck(short replication)
      throws ExecutionException, InterruptedException {
    boolean allowed = create(expected(replication));
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    List<String> findings = check();
    // Each broker knows of a topic a little later than the controller that has created it.
    while (allowed
        && findings.stream().anyMatch(finding -> finding.endsWith(MISSING))
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

  /** One sentence for every topic that is missing or set up otherwise. */
  public List<String> check() throws ExecutionException, InterruptedException {
    List<String> findings = new ArrayList<>();
    for (NewTopic topic : expected((short) -1)) {
      try {
        TopicDescription found =
            admin.describeTopics(List.of(topic.name())).allTopicNames().get().get(topic.name());
        if (found.partitions().size() != topic.numPartitions()) {
          findings.add(
              "topic "
                  + topic.name()
                  + " has "
                  + found.partitions().size()
                  + " partitions, expected "
                  + topic.numPartitions());
        }
        checkConfig(topic, findings);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        findings.add("topic " + topic.name() + MISSING);
      }
    }
    return findings;
  }

  private void checkConfig(NewTopic topic, List<String> findings)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    Config found = admin.describeConfigs(List.of(resource)).all().get().get(resource);
    for (Map.Entry<String, String> wanted : new TreeMap<>(topic.configs()).entrySet()) {
      ConfigEntry entry = found.get(wanted.getKey());
      String value = entry == null ? "unset" : entry.value();
      if (!wanted.getValue().equals(value)) {
        findings.add(
            "topic "
                + topic.name()
                + " has "
                + wanted.getKey()
                + "="
                + value
                + ", expected "
                + wanted.getValue());
      }
    }
  }

  private List<NewTopic> expected(short replication) {
    List<NewTopic> all = new ArrayList<>();
    for (Topic<?> topic : topics.typed()) {
      all.add(newTopic(topic.name(), topic.partitions(), replication, topic.config()));
    }
    SortedMap<String, String> config = new TreeMap<>();
    config.put("max.message.bytes", Integer.toString(2 * Topics.MAX_RECORD_BYTES));
    config.put("retention.ms", "-1");
    all.add(newTopic(topics.deadLetters(), 1, replication, config));
    all.add(newTopic(topics.taskClaims(), 1, replication, new TreeMap<>()));
    return all;
  }

  private static NewTopic newTopic(
      String name, int partitions, short replication, SortedMap<String, String> config) {
    return new NewTopic(name, partitions, replication).configs(new HashMap<>(config));
  }
}
