package io.sapo.segmenter.judge;

import io.sapo.schemas.PartitionCounts;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics between the stream and its judges, partitioned as trajectories are. */
public final class JudgeTopics {
  private JudgeTopics() {}

  /** Whether the run has, or has had, judges: then trajectories may still wait for them. */
  public static boolean exist(Admin admin, Topics topics)
      throws ExecutionException, InterruptedException {
    return PartitionCounts.of(admin, topics.verdicts().name()).isPresent();
  }

  /**
   * Creates what is missing. Does nothing before there are trajectories; the stream then says so.
   *
   * @param judges names
   */
  public static void create(Admin admin, Topics topics, List<String> judges)
      throws ExecutionException, InterruptedException {
    Optional<Integer> wanted = PartitionCounts.of(admin, topics.trajectories().name());
    if (wanted.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>();
    List<Topic<?>> all = new ArrayList<>();
    all.add(topics.verdicts());
    judges.forEach(judge -> all.add(topics.judgeRequests(judge)));
    for (Topic<?> topic : all) {
      names.add(topic.name());
      NewTopic made = new NewTopic(topic.name(), wanted, Optional.empty()).configs(topic.config());
      try {
        admin.createTopics(List.of(made)).all().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    PartitionCounts.awaitVisible(admin, names, 1);
  }
}
