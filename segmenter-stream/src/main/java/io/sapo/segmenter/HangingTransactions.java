package io.sapo.segmenter;

import io.sapo.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.internals.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends hanging transactions (KIP-664) in the topics of a run: those that are open in a partition
 * while their coordinator has finished them, so that no marker will ever come. Consumers that read
 * committed records stop in front of one for ever, after restarts too. Seen after a machine had
 * slept for longer than a transaction may last: its end and its expiry had met in the broker.
 *
 * <p>A transaction counts as hanging when two looks in a row find it so. On a thread of its own
 * until closed.
 */
final class HangingTransactions implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HangingTransactions.class);
  private static final String OFFSETS = Topic.GROUP_METADATA_TOPIC_NAME;
  private static final Duration EVERY = Duration.ofSeconds(20);

  /** Whoever may not see a transaction is not to end it; none lasts that long. */
  private static final Duration UNOWNED = Duration.ofHours(1);

  private static final Set<TransactionState> ENDING =
      Set.of(
          TransactionState.PREPARE_ABORT,
          TransactionState.PREPARE_COMMIT,
          TransactionState.PREPARE_EPOCH_FENCE,
          TransactionState.UNKNOWN);

  /** A transaction in a partition: of this producer, from this offset on. */
  record Open(
      TopicPartition partition, long producer, int epoch, long start, int coordinatorEpoch) {
    private static Open of(TopicPartition partition, ProducerState state) {
      return new Open(
          partition,
          state.producerId(),
          state.producerEpoch(),
          state.currentTransactionStartOffset().getAsLong(),
          state.coordinatorEpoch().orElse(0));
    }
  }

  private final Map<String, Object> kafka;
  private final Topics topics;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "hanging-transactions");
  private Set<Open> before = Set.of();
  private volatile String refusal = "";
  private volatile List<String> left = List.of();

  HangingTransactions(Map<String, Object> kafka, Topics topics) {
    this.kafka = kafka;
    this.topics = topics;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try (Admin admin = Admin.create(kafka)) {
      while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        look(admin);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks once, and ends what hung at the last look and hangs still. */
  void look(Admin admin) throws InterruptedException {
    try {
      Set<Open> now = hanging(admin);
      List<String> remaining = new ArrayList<>();
      for (Open open : now) {
        if (before.contains(open)) {
          end(admin, open).ifPresent(remaining::add);
        }
      }
      left = remaining.stream().sorted().toList();
      before = now;
      refusal = "";
    } catch (ExecutionException | RuntimeException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      if (!cause.toString().equals(refusal)) {
        refusal = cause.toString();
        log.info("hanging transactions cannot be looked for: {}", refusal);
      }
    }
  }

  /** What hung at the last look and could not be ended, a sentence each; from any thread. */
  List<String> left() {
    return left;
  }

  /** Why the last look failed; empty where it did not. From any thread. */
  String refusal() {
    return refusal;
  }

  private Set<Open> hanging(Admin admin) throws ExecutionException, InterruptedException {
    Map<TopicPartition, List<ProducerState>> producers = new HashMap<>();
    Set<Long> open = new HashSet<>();
    List<TopicPartition> partitions = partitions(admin);
    DescribeProducersResult described = admin.describeProducers(partitions);
    for (TopicPartition partition : partitions) {
      try {
        producers.put(partition, described.partitionResult(partition).get().activeProducers());
      } catch (ExecutionException e) {
        // What may not be read here, as others' offsets, is no reason to look at nothing.
        if (!(e.getCause() instanceof AuthorizationException)) {
          throw e;
        }
      }
    }
    for (List<ProducerState> states : producers.values()) {
      states.stream()
          .filter(state -> state.currentTransactionStartOffset().isPresent())
          .forEach(state -> open.add(state.producerId()));
    }
    return open.isEmpty() ? Set.of() : hanging(producers, owners(admin, open), Instant.now());
  }

  /** The run's transactions of these producers, by producer id. */
  private Map<Long, TransactionDescription> owners(Admin admin, Set<Long> producers)
      throws ExecutionException, InterruptedException {
    List<String> ids =
        admin
            .listTransactions(new ListTransactionsOptions().filterProducerIds(producers))
            .all()
            .get()
            .stream()
            .map(TransactionListing::transactionalId)
            .filter(id -> id.startsWith(topics.prefix()))
            .toList();
    Map<Long, TransactionDescription> owners = new HashMap<>();
    admin
        .describeTransactions(ids)
        .all()
        .get()
        .values()
        .forEach(owner -> owners.put(owner.producerId(), owner));
    return owners;
  }

  /** Of this run, and those in which consumer groups keep their offsets. */
  private List<TopicPartition> partitions(Admin admin)
      throws ExecutionException, InterruptedException {
    List<String> names =
        admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get().stream()
            .filter(name -> name.startsWith(topics.prefix()) || name.equals(OFFSETS))
            .toList();
    List<TopicPartition> partitions = new ArrayList<>();
    admin
        .describeTopics(names)
        .allTopicNames()
        .get()
        .forEach(
            (name, topic) ->
                topic
                    .partitions()
                    .forEach(info -> partitions.add(new TopicPartition(name, info.partition()))));
    return partitions;
  }

  /**
   * @param owners by producer id, as their coordinators describe them; of other runs and
   *     applications none
   */
  static Set<Open> hanging(
      Map<TopicPartition, List<ProducerState>> producers,
      Map<Long, TransactionDescription> owners,
      Instant now) {
    Set<Open> hanging = new HashSet<>();
    producers.forEach(
        (partition, states) -> {
          for (ProducerState state : states) {
            TransactionDescription owner = owners.get(state.producerId());
            boolean anybodys = owner == null && partition.topic().equals(OFFSETS);
            boolean open = state.currentTransactionStartOffset().isPresent();
            if (open && !anybodys && isOver(state, owner, now)) {
              hanging.add(Open.of(partition, state));
            }
          }
        });
    return hanging;
  }

  /** Whether the coordinator is done with it, or knows nothing of it. */
  private static boolean isOver(ProducerState state, TransactionDescription owner, Instant now) {
    if (owner == null) {
      return Instant.ofEpochMilli(state.lastTimestamp()).plus(UNOWNED).isBefore(now);
    }
    if (ENDING.contains(owner.state())) {
      return false;
    }
    return owner.state() != TransactionState.ONGOING
        || owner.producerEpoch() > state.producerEpoch();
  }

  /** Returns what is to be done where it cannot be ended. */
  private static Optional<String> end(Admin admin, Open open) throws InterruptedException {
    try {
      admin
          .abortTransaction(
              new AbortTransactionSpec(
                  open.partition, open.producer, (short) open.epoch, open.coordinatorEpoch))
          .all()
          .get();
      log.warn(
          "a transaction hung in {} from offset {} on, which its coordinator had finished: it is aborted there, and readers continue",
          open.partition,
          open.start);
      return Optional.empty();
    } catch (ExecutionException e) {
      String what =
          "a transaction of producer %d hangs in %s from offset %d on, and readers with it; it cannot be aborted (%s): let somebody who may alter the cluster run kafka-transactions.sh abort --topic %s --partition %d --start-offset %d"
              .formatted(
                  open.producer,
                  open.partition,
                  open.start,
                  e.getCause(),
                  open.partition.topic(),
                  open.partition.partition(),
                  open.start);
      log.error(what);
      return Optional.of(what);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
