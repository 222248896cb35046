package io.sapo.segmenter;

import io.sapo.schemas.PartitionCounts;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.judge.JudgeTopics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segmenter's own topics: changelogs of its state stores, and requests and verdicts of its
 * judges. All are partitioned as {@code trajectories} is. An operator may give that topic more
 * partitions at any time, so that more segmenters share its work; Kafka Streams then refuses to
 * work with changelogs that have fewer, for ever.
 */
final class OwnTopics {
  private static final Logger log = LoggerFactory.getLogger(OwnTopics.class);

  private final Map<String, Object> kafka;
  private final Topics topics;
  private final List<String> judges;

  /**
   * @param kafka client settings, at least {@code bootstrap.servers}
   * @param judges names
   */
  OwnTopics(Map<String, Object> kafka, Topics topics, List<String> judges) {
    this.kafka = kafka;
    this.topics = topics;
    this.judges = judges;
  }

  /**
   * Creates what judges need.
   *
   * @return whether trajectories may be held for judges: there are some, or were
   */
  boolean prepareJudges() {
    try (Admin admin = Admin.create(kafka)) {
      if (!judges.isEmpty()) {
        JudgeTopics.create(admin, topics, judges);
      }
      return !judges.isEmpty() || JudgeTopics.exist(admin, topics);
    } catch (ExecutionException e) {
      throw new KafkaException("the judges' topics cannot be made: " + e.getCause(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Gives them as many partitions as {@code trajectories} has.
   *
   * @return whether any had fewer
   * @throws KafkaException when the brokers do not allow it
   */
  boolean followInput() {
    String input = topics.trajectories().name();
    try (Admin admin = Admin.create(kafka)) {
      Optional<Integer> wanted = PartitionCounts.of(admin, input);
      if (wanted.isEmpty()) {
        return false;
      }
      String prefix = StreamsSettings.applicationId(topics) + "-";
      List<String> own =
          admin.listTopics().names().get().stream()
              .filter(name -> name.startsWith(prefix))
              .sorted()
              .toList();
      List<String> raised = PartitionCounts.raise(admin, own, wanted.get());
      if (raised.isEmpty()) {
        return false;
      }
      log.warn(
          "{} has {} partitions now, and so have {}; ids that were seen before are not recognized in"
              + " another partition, and groups that were open may be closed without what lies there",
          input,
          wanted.get(),
          raised);
      return true;
    } catch (ExecutionException e) {
      throw new KafkaException(
          "the topics %s-* cannot be given as many partitions as %s: %s"
              .formatted(StreamsSettings.applicationId(topics), input, e.getCause()),
          e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
