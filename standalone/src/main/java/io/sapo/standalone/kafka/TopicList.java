package io.sapo.standalone.kafka;

import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What the brokers hold of a run's topics. */
public final class TopicList {

  /**
   * One topic.
   *
   * @param present whether the brokers have it; the rest is 0 when not
   * @param offsets between first and end of all partitions: records, and ends of transactions
   */
  public record Row(String topic, boolean present, int partitions, int replicas, long offsets) {}

  private TopicList() {}

  public static List<Row> of(Admin admin, Topics topics)
      throws ExecutionException, InterruptedException {
    List<String> names = new ArrayList<>();
    for (Topic<?> topic : topics.typed()) {
      names.add(topic.name());
    }
    names.add(topics.deadLetters());
    names.add(topics.schemas());
    List<Row> rows = new ArrayList<>();
    for (String name : names) {
      rows.add(row(admin, name));
    }
    return rows;
  }

  private static Row row(Admin admin, String name) throws ExecutionException, InterruptedException {
    try {
      TopicDescription found = admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
      List<TopicPartitionInfo> partitions = found.partitions();
      long offsets =
          sum(admin, name, partitions, OffsetSpec.latest())
              - sum(admin, name, partitions, OffsetSpec.earliest());
      return new Row(name, true, partitions.size(), partitions.get(0).replicas().size(), offsets);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return new Row(name, false, 0, 0, 0);
      }
      throw e;
    }
  }

  private static long sum(
      Admin admin, String name, List<TopicPartitionInfo> partitions, OffsetSpec spec)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(p -> asked.put(new TopicPartition(name, p.partition()), spec));
    long sum = 0;
    for (ListOffsetsResultInfo info : admin.listOffsets(asked).all().get().values()) {
      sum += info.offset();
    }
    return sum;
  }
}
