package io.sapo.admin.topics;

import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the broker every few seconds how far the run's topics and consumer groups are; one thread. A
 * group is the run's when its name begins as those of its topics do: others of the cluster, however
 * many, are left alone.
 */
public final class LagMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LagMonitor.class);
  private static final int EVERY_MS = 2_000;
  private static final int WINDOW_SAMPLES = 30;
  private static final int GROUPS_AT_MOST = 50;

  private final Admin admin;
  private final String prefix;
  private final String segments;
  private final Set<String> wanted;
  private final Clock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread daemon = new Thread(task, "admin-lags");
            daemon.setDaemon(true);
            return daemon;
          });
  private final Deque<Sample> window = new ArrayDeque<>();
  private volatile Lags lags;

  private record Sample(
      long atMs,
      SortedMap<String, Long> ends,
      SortedMap<GroupTopic, Long> groups,
      Optional<Lags.Kept> segments) {}

  private record GroupTopic(String group, String topic) implements Comparable<GroupTopic> {
    @Override
    public int compareTo(GroupTopic other) {
      int byGroup = group.compareTo(other.group);
      return byGroup != 0 ? byGroup : topic.compareTo(other.topic);
    }
  }

  public LagMonitor(Map<String, Object> client, Topics topics, Clock clock) {
    Map<String, Object> properties = new HashMap<>(client);
    properties.put("client.id", "sapo-admin-lags");
    properties.put("request.timeout.ms", 5_000);
    properties.put("default.api.timeout.ms", 8_000);
    this.admin = Admin.create(properties);
    this.prefix = topics.prefix();
    this.segments = topics.segments().name();
    this.wanted = new TreeSet<>();
    for (Topic<?> topic : topics.typed()) {
      wanted.add(topic.name());
    }
    wanted.add(topics.deadLetters());
    this.clock = clock;
    this.lags = Lags.unknown(clock.millis(), "the broker has not answered yet");
  }

  public void start() {
    thread.scheduleWithFixedDelay(this::ask, 0, EVERY_MS, TimeUnit.MILLISECONDS);
  }

  public Lags current() {
    return lags;
  }

  private void ask() {
    try {
      Sample sample = sample();
      window.addLast(sample);
      if (window.size() > WINDOW_SAMPLES) {
        window.removeFirst();
      }
      lags = compare(window.getFirst(), sample);
    } catch (ExecutionException e) {
      lags =
          Lags.unknown(clock.millis(), "the broker does not answer: " + e.getCause().getMessage());
      LOG.debug("cannot ask for positions", e);
    } catch (RuntimeException e) {
      // The schedule would end without a word.
      lags = Lags.unknown(clock.millis(), "cannot ask for positions: " + e.getMessage());
      LOG.error("cannot ask for positions", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Sample sample() throws ExecutionException, InterruptedException {
    Set<String> there = new TreeSet<>(admin.listTopics().names().get());
    there.retainAll(wanted);
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (TopicDescription topic : admin.describeTopics(there).allTopicNames().get().values()) {
      topic
          .partitions()
          .forEach(
              p ->
                  latest.put(new TopicPartition(topic.name(), p.partition()), OffsetSpec.latest()));
    }
    Map<TopicPartition, ListOffsetsResultInfo> ends =
        admin
            .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
            .all()
            .get();
    SortedMap<String, Long> byTopic = new TreeMap<>();
    ends.forEach((partition, end) -> byTopic.merge(partition.topic(), end.offset(), Long::sum));
    return new Sample(clock.millis(), byTopic, groups(ends), kept(there));
  }

  private Optional<Lags.Kept> kept(Set<String> there)
      throws ExecutionException, InterruptedException {
    if (!there.contains(segments)) {
      return Optional.empty();
    }
    TopicPartition partition = new TopicPartition(segments, 0);
    long from =
        admin
            .listOffsets(Map.of(partition, OffsetSpec.earliest()))
            .partitionResult(partition)
            .get()
            .offset();
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, segments);
    String retention =
        admin
            .describeConfigs(List.of(resource))
            .all()
            .get()
            .get(resource)
            .get(TopicConfig.RETENTION_MS_CONFIG)
            .value();
    return Optional.of(new Lags.Kept(from, Long.parseLong(retention)));
  }

  private SortedMap<GroupTopic, Long> groups(Map<TopicPartition, ListOffsetsResultInfo> ends)
      throws ExecutionException, InterruptedException {
    List<String> names = new ArrayList<>();
    for (GroupListing group : admin.listGroups(ListGroupsOptions.forConsumerGroups()).all().get()) {
      if (group.groupId().startsWith(prefix)) {
        names.add(group.groupId());
      }
    }
    names.sort(null);
    SortedMap<GroupTopic, Long> lags = new TreeMap<>();
    Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
    for (String name : names.subList(0, Math.min(names.size(), GROUPS_AT_MOST))) {
      asked.put(name, new ListConsumerGroupOffsetsSpec());
    }
    if (asked.isEmpty()) {
      return lags;
    }
    admin
        .listConsumerGroupOffsets(asked)
        .all()
        .get()
        .forEach(
            (group, committed) ->
                committed.forEach(
                    (partition, offset) -> {
                      ListOffsetsResultInfo end = ends.get(partition);
                      if (end != null && offset != null) {
                        long lag = Math.max(0, end.offset() - offset.offset());
                        lags.merge(new GroupTopic(group, partition.topic()), lag, Long::sum);
                      }
                    }));
    return lags;
  }

  private static Lags compare(Sample first, Sample last) {
    long windowMs = last.atMs() - first.atMs();
    SortedMap<String, Lags.Flow> topics = new TreeMap<>();
    last.ends()
        .forEach(
            (topic, end) -> {
              long grown = end - first.ends().getOrDefault(topic, end);
              double perSecond = windowMs == 0 ? 0 : Math.max(0, grown) * 1000.0 / windowMs;
              topics.put(topic, new Lags.Flow(end, perSecond));
            });
    List<Lags.Group> groups = new ArrayList<>();
    last.groups()
        .forEach(
            (of, lag) -> {
              long growth = lag - first.groups().getOrDefault(of, lag);
              groups.add(new Lags.Group(of.group(), of.topic(), lag, growth, windowMs));
            });
    return new Lags(last.atMs(), "", topics, groups, last.segments());
  }

  @Override
  public void close() {
    thread.shutdownNow();
    admin.close(Duration.ofSeconds(2));
  }
}
