package io.sapo.standalone.run;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.PatternType.LITERAL;
import static org.apache.kafka.common.resource.PatternType.PREFIXED;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;

import io.sapo.command.CommandFailure;
import io.sapo.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The access rights (ACLs) that a role needs, and a check whether it has them. */
public final class RoleAccess {
  /** One thing that must be allowed. */
  private record Grant(
      ResourceType type, PatternType pattern, String name, AclOperation operation) {}

  private final Topics topics;
  private final List<Grant> grants = new ArrayList<>();

  /** Of a role that works on these topics. */
  public RoleAccess(RoleKind kind, Topics topics) {
    this.topics = topics;
    String prefix = topics.prefix();
    grant(TOPIC, PREFIXED, prefix, DESCRIBE, DESCRIBE_CONFIGS);
    grant(TOPIC, LITERAL, topics.schemas(), READ, WRITE);
    switch (kind) {
      case PRODUCER -> {
        String claims = topics.taskClaims().name();
        reads(weights(), chunks(), status(), control(), topics.deadLetters(), claims);
        // Of trajectories it looks for offsets without a record, which count as queued otherwise.
        reads(topics.tasks().name(), topics.trajectories().name());
        writes(topics.trajectories().name(), topics.deadLetters(), claims, status());
        grant(GROUP, LITERAL, prefix + "producers", READ);
      }
      case GATEWAY -> {
        reads(weights(), chunks());
        writes(topics.trajectories().name(), topics.deadLetters(), status());
      }
      case SEGMENTER -> {
        reads(topics.trajectories().name());
        writes(topics.segments().name(), topics.deadLetters(), status());
        grant(TOPIC, PREFIXED, prefix + "segmenter-", CREATE, READ, WRITE, DELETE, ALTER);
        grant(GROUP, PREFIXED, prefix + "segmenter", READ);
        grant(TRANSACTIONAL_ID, PREFIXED, prefix + "segmenter", WRITE);
      }
      case LEARNER -> {
        reads(topics.segments().name(), weights(), chunks(), control(), status());
        writes(weights(), chunks(), topics.credits().name(), status());
        grant(TOPIC, LITERAL, chunks(), DELETE);
        grant(GROUP, LITERAL, prefix + "learner", READ);
        grant(TRANSACTIONAL_ID, LITERAL, prefix + "learner", WRITE);
      }
      case EVALUATOR -> {
        reads(weights(), chunks(), control());
        writes(topics.evaluations().name(), status());
      }
      case ADMIN -> {
        grant(TOPIC, PREFIXED, prefix, READ);
        writes(control());
        grant(GROUP, PREFIXED, prefix, DESCRIBE);
      }
      case BROKER -> grants.clear();
    }
  }

  private String weights() {
    return topics.weights().name();
  }

  private String chunks() {
    return topics.weightChunks().name();
  }

  private String status() {
    return topics.status().name();
  }

  private String control() {
    return topics.control().name();
  }

  private void reads(String... names) {
    for (String name : names) {
      grant(TOPIC, LITERAL, name, READ);
    }
  }

  private void writes(String... names) {
    for (String name : names) {
      grant(TOPIC, LITERAL, name, WRITE);
    }
  }

  private void grant(ResourceType type, PatternType pattern, String name, AclOperation... allowed) {
    for (AclOperation operation : allowed) {
      grants.add(new Grant(type, pattern, name, operation));
    }
  }

  /**
   * The rules that allow it, from any host.
   *
   * @param principal such as {@code User:producer}
   */
  public List<AclBinding> bindings(String principal) {
    return grants.stream()
        .map(
            grant ->
                new AclBinding(
                    new ResourcePattern(grant.type(), grant.name(), grant.pattern()),
                    new AccessControlEntry(
                        principal, "*", grant.operation(), AclPermissionType.ALLOW)))
        .toList();
  }

  /**
   * Asks the cluster what the client may do with the topics, before anything is begun that would
   * fail half-way.
   *
   * @throws CommandFailure naming all that is not allowed
   */
  void check(Admin admin) throws InterruptedException {
    SortedMap<String, Set<AclOperation>> needed = new TreeMap<>();
    for (Grant grant : grants) {
      if (grant.type() == TOPIC && grant.pattern() == LITERAL) {
        needed.computeIfAbsent(grant.name(), name -> new TreeSet<>()).add(grant.operation());
      }
    }
    List<String> findings = new ArrayList<>();
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin
            .describeTopics(
                needed.keySet(), new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .topicNameValues();
    for (Map.Entry<String, Set<AclOperation>> topic : needed.entrySet()) {
      try {
        Set<AclOperation> missing = new TreeSet<>(topic.getValue());
        missing.removeAll(asked.get(topic.getKey()).get().authorizedOperations());
        missing.forEach(operation -> findings.add(operation + " on topic " + topic.getKey()));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof AuthorizationException) {
          findings.add("DESCRIBE on topic " + topic.getKey());
        } else if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw CommandFailure.failed("Kafka refused: " + e.getCause().getMessage(), e);
        }
        // Just created, and not known to every broker yet: nothing to complain about.
      }
    }
    if (!findings.isEmpty()) {
      throw CommandFailure.failed(
          "not allowed on this cluster: "
              + String.join(", ", findings)
              + "; sapo acls prints what a role needs");
    }
  }
}
