package io.sapo.segmenter;

import io.sapo.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TopicListing;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops what a segmenter remembers of topics that are gone: of a run whose topics were deleted and
 * made anew under the same prefix, or whose Kafka was. The new run's trajectories have the ids of
 * the old one's, since these are a function of the task's place; a segmenter that has seen them
 * would drop them as read again, and training would wait for them for ever.
 *
 * <p>That memory is in two places. The state folder is this instance's own: it says of which {@code
 * trajectories} it is, by the topic's id. The changelogs are shared: they are of earlier topics
 * where they hold records though none of {@code trajectories} was read.
 */
final class EarlierTopics {
  private static final Logger log = LoggerFactory.getLogger(EarlierTopics.class);
  private static final Duration GONE_WITHIN = Duration.ofSeconds(30);
  private static final long ASK_AGAIN_MS = 100;

  private final Map<String, Object> kafka;
  private final String input;
  private final String group;
  private final String instance;

  /** Beside the folder that Kafka Streams makes, which it may delete. */
  private final Path mark;

  private boolean deleted;

  /**
   * @param kafka client settings, at least {@code bootstrap.servers}
   * @param stateDir of this instance
   */
  EarlierTopics(Map<String, Object> kafka, Topics topics, Path stateDir, String instance) {
    this.kafka = kafka;
    this.input = topics.trajectories().name();
    this.group = StreamsSettings.applicationId(topics);
    this.instance = instance;
    this.mark = stateDir.resolve(group + ".topic-id");
  }

  /**
   * Deletes the segmenter's own topics, judges' requests and verdicts among them, where they hold
   * state. Before the group has members, and only where no record of the input was ever read. Where
   * another instance is at work it has looked already, and what they hold is its own.
   *
   * @throws KafkaException when the brokers do not allow it
   */
  void deleteOwn() {
    try (Admin admin = Admin.create(kafka)) {
      Map<String, Uuid> own = own(admin);
      if (!holdState(admin, own.keySet()) || othersAtWork(admin)) {
        return;
      }
      log.warn(
          "{} was made anew: state of an earlier topic of that name is dropped with {}",
          input,
          own.keySet().stream().sorted().toList());
      // By id: another instance may have deleted them just now, and made them anew.
      for (Uuid id : own.values()) {
        try {
          admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof UnknownTopicIdException)) {
            throw e;
          }
        }
      }
      awaitGone(admin, own.values());
      deleted = true;
    } catch (ExecutionException e) {
      throw new KafkaException(
          "%s was made anew, but the topics %s-* of the earlier one are still there and cannot be deleted: %s"
              .formatted(input, group, e.getCause()),
          e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private Map<String, Uuid> own(Admin admin) throws ExecutionException, InterruptedException {
    return admin.listTopics().listings().get().stream()
        .filter(topic -> topic.name().startsWith(group + "-"))
        .collect(Collectors.toMap(TopicListing::name, TopicListing::topicId));
  }

  private static boolean holdState(Admin admin, Collection<String> own)
      throws ExecutionException, InterruptedException {
    List<String> changelogs = own.stream().filter(name -> name.endsWith("-changelog")).toList();
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (TopicDescription found : admin.describeTopics(changelogs).allTopicNames().get().values()) {
      found
          .partitions()
          .forEach(
              partition ->
                  latest.put(
                      new TopicPartition(found.name(), partition.partition()),
                      OffsetSpec.latest()));
    }
    return admin.listOffsets(latest).all().get().values().stream()
        .anyMatch(end -> end.offset() > 0);
  }

  /** This instance may still be known from before a crash. */
  private boolean othersAtWork(Admin admin) throws ExecutionException, InterruptedException {
    try {
      return admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().stream()
          .anyMatch(
              member ->
                  member.groupInstanceId().filter(id -> id.startsWith(instance + "-")).isEmpty());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return false;
      }
      throw e;
    }
  }

  private void awaitGone(Admin admin, Collection<Uuid> ids)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + GONE_WITHIN.toNanos();
    // Brokers know of a deletion a little later than the controller.
    while (own(admin).values().stream().anyMatch(ids::contains)) {
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException("the topics " + group + "-* are not deleted in time");
      }
      Thread.sleep(ASK_AGAIN_MS);
    }
  }

  /**
   * Empties the state folder where it is not known to be of the topic that there is now, and notes
   * of which it is. What it held of this topic comes back from the changelogs.
   *
   * @param streams not started
   * @return the id of the topic; empty where there is none
   */
  Optional<String> clear(KafkaStreams streams) {
    try (Admin admin = Admin.create(kafka)) {
      String id =
          admin
              .describeTopics(List.of(input))
              .allTopicNames()
              .get()
              .get(input)
              .topicId()
              .toString();
      if (!deleted && Files.exists(mark) && Files.readString(mark).equals(id)) {
        return Optional.of(id);
      }
      streams.cleanUp();
      Files.createDirectories(mark.getParent());
      Files.writeString(mark, id);
      return Optional.of(id);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw new KafkaException("%s cannot be described: %s".formatted(input, e.getCause()), e);
      }
      log.debug("{} does not exist: the stream says so", input);
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot note in " + mark + " of which topic its state is", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
