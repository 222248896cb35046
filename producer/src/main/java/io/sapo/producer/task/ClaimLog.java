package io.sapo.producer.task;

import io.sapo.schemas.ClaimKind;
import io.sapo.schemas.CommittedReaders;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.TaskClaim;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One producer's view of the claims topic: writes its claims, reads those of all producers, and
 * follows heartbeats to know which producers are dead. Waits for an absent broker for as long as it
 * takes. For one thread.
 */
public final class ClaimLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimLog.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

  private final Topics topics;
  private final String session;
  private final Producer<byte[], byte[]> producer;
  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions = new ArrayList<>();
  private Claims claims = new Claims();
  private final LiveProducers sessions;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /**
   * @param clientConfig at least {@code bootstrap.servers}
   * @param instance of the producer, as its heartbeats say
   * @param startedAtMs as its heartbeats say
   * @param lease how long a producer may be silent before its tasks are taken over
   * @param nanoTime running time of this process
   */
  public ClaimLog(
      Map<String, Object> clientConfig,
      Topics topics,
      String instance,
      long startedAtMs,
      Duration lease,
      LongSupplier nanoTime) {
    this.topics = topics;
    this.session = LiveProducers.name(instance, startedAtMs);
    this.sessions = new LiveProducers(session, lease, nanoTime);
    // A time-out would end the producer.
    consumer = CommittedReaders.patient(clientConfig);
    producer = ProducerClients.patient(clientConfig, Map.of());
  }

  String session() {
    return session;
  }

  Claims claims() {
    return claims;
  }

  /** There are more sources: what was read before on their tasks counts, too. */
  void readAnew() {
    partitions.clear();
    claims = new Claims();
  }

  /** Takes what has come without waiting for more. */
  void readOn(List<? extends OrderedTaskSource> sources) {
    if (partitions.isEmpty()) {
      connect(sources);
    }
    take(consumer.poll(Duration.ZERO), sources);
  }

  private void connect(List<? extends OrderedTaskSource> sources) {
    for (String topic : List.of(topics.taskClaims().name(), topics.status().name())) {
      consumer
          .partitionsFor(topic)
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    readToEnd(sources);
  }

  private void readToEnd(List<? extends OrderedTaskSource> sources) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (partitions.stream().anyMatch(at -> consumer.position(at) < ends.get(at))) {
      take(consumer.poll(POLL), sources);
    }
  }

  private void take(
      Iterable<ConsumerRecord<byte[], byte[]>> records, List<? extends OrderedTaskSource> sources) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        if (record.topic().equals(topics.status().name())) {
          if (record.value() != null) {
            sessions.take(topics.status().codec().decode(record.value()));
          }
        } else if (record.value() == null) {
          claims.applyLegacy(record.offset());
        } else {
          apply(topics.taskClaims().codec().decode(record.value()), sources);
        }
      } catch (RecordFormatException e) {
        LOG.warn("{} offset {} is skipped: {}", record.topic(), record.offset(), e.getMessage());
      }
    }
  }

  /** Steps of sources that this producer does not have are none of its business. */
  private void apply(TaskClaim step, List<? extends OrderedTaskSource> sources) {
    sources.stream()
        .filter(source -> source.name().equals(step.getSource()))
        .findFirst()
        .ifPresent(source -> claims.apply(step, source));
  }

  /**
   * A stretch of tasks for this producer, one that others have left if there is any. Waits until
   * its claim is read back; others may have been faster.
   *
   * @param inHand stretches that it has already
   * @return empty when the source has nothing now
   */
  Optional<Long> obtain(
      List<? extends OrderedTaskSource> all, OrderedTaskSource source, LongPredicate inHand) {
    readToEnd(all);
    Optional<Long> mine = mine(source, inHand);
    while (mine.isEmpty()) {
      Optional<Map.Entry<Long, Claims.Open>> left = left(source);
      if (left.isPresent()) {
        Optional<String> owner = left.get().getValue().owner();
        LOG.info("taking over tasks of {}", owner.orElse("a producer that gave them back"));
        write(
            TaskClaim.newBuilder()
                .setKind(ClaimKind.TAKE_OVER)
                .setSession(session)
                .setSource(source.name())
                .setTopicId(source.topicId().orElse(null))
                .setStretch(left.get().getKey())
                .setFrom(owner.orElse(null))
                .build());
      } else if (source.available(claims.next(source))) {
        write(ClaimKind.CLAIM, source, claims.next(source), 0);
      } else {
        return Optional.empty();
      }
      producer.flush();
      checkFailure();
      readToEnd(all);
      mine = mine(source, inHand);
    }
    if (!source.available(mine.get())) {
      // Two claimed at once, and there was a task for one of them.
      write(ClaimKind.RELEASE, source, mine.get(), 0);
      producer.flush();
      readToEnd(all);
      return Optional.empty();
    }
    return mine;
  }

  private Optional<Long> mine(OrderedTaskSource source, LongPredicate inHand) {
    return claims.open(source).entrySet().stream()
        .filter(open -> open.getValue().owner().equals(Optional.of(session)))
        .map(Map.Entry::getKey)
        .filter(stretch -> !inHand.test(stretch))
        .findFirst();
  }

  private Optional<Map.Entry<Long, Claims.Open>> left(OrderedTaskSource source) {
    return claims.open(source).entrySet().stream()
        .filter(open -> open.getValue().owner().map(sessions::over).orElse(true))
        .filter(open -> source.available(open.getKey()))
        .findFirst();
  }

  void write(ClaimKind kind, OrderedTaskSource source, long stretch, long done) {
    write(
        TaskClaim.newBuilder()
            .setKind(kind)
            .setSession(session)
            .setSource(source.name())
            .setTopicId(source.topicId().orElse(null))
            .setStretch(stretch)
            .setDone(done)
            .build());
  }

  private void write(TaskClaim step) {
    checkFailure();
    ProducerRecord<byte[], byte[]> record = topics.taskClaims().record(step.getSource(), step);
    producer.send(
        record,
        (metadata, problem) -> {
          if (problem != null) {
            failure.compareAndSet(null, problem);
          }
        });
  }

  private void checkFailure() {
    Exception cause = failure.get();
    if (cause != null) {
      throw new IllegalStateException(
          "tasks cannot be claimed in " + topics.taskClaims().name() + ": " + cause.getMessage(),
          cause);
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE_WITHIN);
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE_WITHIN));
  }
}
