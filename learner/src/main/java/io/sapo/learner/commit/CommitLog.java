package io.sapo.learner.commit;

import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.schemas.Credit;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits versions. Waits for an absent broker. A transaction that could not be written is aborted
 * and written again (the version is in memory), with exponential back-off and a limit; one whose
 * outcome is unknown is neither aborted nor written again: its commit is repeated until the broker
 * answers.
 *
 * <p>For the training thread. Owns the producer.
 */
public final class CommitLog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(CommitLog.class);
  private static final long LOOK_EVERY_MS = 250;
  private static final Duration ALIVE_EVERY = Duration.ofHours(1);

  private final Producer<byte[], byte[]> producer;
  private final String transactionalId;
  private final Topics topics;
  private final String groupId;
  private final FaultHook faults;
  private final Retries.Patience patience;
  private final LongSupplier nanoTime;
  private Runnable whileWaiting = () -> {};
  private long lastTransaction;
  private long lastRecord = -1;
  private String newest;
  private String underWay;

  /**
   * @param producer transactional, with this id
   * @param groupId under which consumer positions are committed
   */
  public CommitLog(
      Producer<byte[], byte[]> producer,
      String transactionalId,
      Topics topics,
      String groupId,
      FaultHook faults) {
    this(
        producer,
        transactionalId,
        topics,
        groupId,
        faults,
        Retries.Patience.USUAL,
        System::nanoTime);
  }

  CommitLog(
      Producer<byte[], byte[]> producer,
      String transactionalId,
      Topics topics,
      String groupId,
      FaultHook faults,
      Retries.Patience patience,
      LongSupplier nanoTime) {
    this.patience = patience;
    this.nanoTime = nanoTime;
    this.producer = producer;
    this.transactionalId = transactionalId;
    this.topics = topics;
    this.groupId = groupId;
    this.faults = faults;
  }

  /**
   * Called again and again on a thread that waits for brokers: before each try of anything, of
   * which there may be many while one is away, and while records are being acknowledged.
   */
  public void whileWaiting(Runnable told) {
    whileWaiting = told;
  }

  /**
   * Fences every other learner with this transactional id and ends its open transaction. Until then
   * the end of the log may still change.
   */
  public void fence() {
    untilAnswered("fencing", producer::initTransactions);
    lastTransaction = nanoTime.getAsLong();
  }

  /**
   * What was committed when this learner took over.
   *
   * @param sha256 of the newest commit record; null where there is none
   */
  public void beginAt(String sha256) {
    newest = sha256;
  }

  /**
   * Whether the newest record on the log is the one that this learner began at, or one of its own.
   *
   * @param sha256 of that record; null where there is none
   */
  public boolean isOwn(String sha256) {
    return Objects.equals(sha256, newest) || sha256 != null && sha256.equals(underWay);
  }

  /** Makes the commit record once it is known where the weights lie. */
  public interface RecordMaker {
    WeightVersion make(long firstChunkOffset, int chunkCount);
  }

  /**
   * What now lies on the log.
   *
   * @param sha256 of the record's bytes, for its child
   */
  public record Committed(WeightVersion version, String sha256) {}

  /**
   * Commits one version.
   *
   * @param chunks hands the version's chunks to the given consumer, in order; called again when the
   *     transaction has to be written again
   * @param credits go into the same transaction
   * @param positions by segments partition: the next offset to read
   * @return the record once it is committed
   * @throws FencedException when another learner has taken over
   * @throws CommitFailedException when it was tried often enough
   */
  public Committed commit(
      Consumer<Consumer<WeightChunk>> chunks,
      RecordMaker maker,
      List<Credit> credits,
      SortedMap<Integer, Long> positions) {
    Retries retries = new Retries(patience);
    while (true) {
      whileWaiting.run();
      try {
        Written written = write(chunks, maker, credits, positions);
        faults.reached(FaultPoint.OFFSETS_SENT);
        untilAnswered("committing", producer::commitTransaction);
        lastTransaction = nanoTime.getAsLong();
        lastRecord = written.offset();
        newest = written.committed().sha256();
        faults.reached(FaultPoint.COMMITTED);
        return written.committed();
      } catch (KafkaException e) {
        abort(classified(e));
        retries.pauseAfter(e);
      }
    }
  }

  private record Written(Committed committed, long offset) {}

  private Written write(
      Consumer<Consumer<WeightChunk>> chunks,
      RecordMaker maker,
      List<Credit> credits,
      SortedMap<Integer, Long> positions) {
    producer.beginTransaction();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    chunks.accept(
        chunk -> {
          whileWaiting.run(); // Where buffers are full, sending waits.
          String key = chunk.getVersion() + "/" + chunk.getChunk();
          sent.add(producer.send(topics.weightChunks().record(key, chunk)));
        });
    long first = sent.isEmpty() ? 0 : acknowledged(sent.get(0)).offset();
    for (Future<RecordMetadata> future : sent) {
      acknowledged(future);
    }
    faults.reached(FaultPoint.CHUNKS_SENT);
    WeightVersion record = maker.make(first, sent.size());
    for (Credit credit : credits) {
      sent.add(producer.send(topics.credits().record(credit.getTrajectoryId(), credit)));
    }
    ProducerRecord<byte[], byte[]> encoded =
        RecordDigest.sealed(topics.weights().record(Long.toString(record.getVersion()), record));
    underWay = RecordDigest.of(encoded.value());
    sent.add(producer.send(encoded));
    long offset = -1;
    for (Future<RecordMetadata> future : sent) {
      offset = acknowledged(future).offset();
    }
    requireGrown(record.getVersion(), offset);
    faults.reached(FaultPoint.RECORD_SENT);
    if (!positions.isEmpty()) {
      sendPositions(positions);
    }
    return new Written(new Committed(record, underWay), offset);
  }

  /** Versions behind ones that are gone could never be recovered. */
  private void requireGrown(long version, long offset) {
    if (offset <= lastRecord) {
      untilAnswered("aborting", producer::abortTransaction);
      throw new IllegalStateException(
          "version %d would lie at offset %d of %s, whose last version lies at offset %d: that topic was truncated, or deleted and made anew, while this learner ran. Restore it, and start the learner again"
              .formatted(version, offset, topics.weights().name(), lastRecord));
    }
  }

  private void sendPositions(SortedMap<Integer, Long> positions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    positions.forEach(
        (partition, next) ->
            offsets.put(
                new TopicPartition(topics.segments().name(), partition),
                new OffsetAndMetadata(next)));
    producer.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata(groupId));
  }

  /**
   * Asks the coordinator, with a transaction that is aborted, whether this learner has been fenced.
   * Without it a learner that was suspended would wait for a batch that another one has consumed.
   *
   * @param positions as committed; none for version 0
   * @throws FencedException when another learner has taken over
   */
  public void checkStanding(SortedMap<Integer, Long> positions) {
    SortedMap<Integer, Long> some = new TreeMap<>(positions);
    some.putIfAbsent(0, 0L);
    try {
      producer.beginTransaction();
      sendPositions(some);
    } catch (KafkaException e) {
      log.warn("the coordinator did not confirm this learner: {}", classified(e).toString());
    }
    untilAnswered("aborting", producer::abortTransaction);
    lastTransaction = nanoTime.getAsLong();
  }

  /**
   * To be called while nothing is committed. Coordinators forget a transactional id that has not
   * been used for {@code transactional.id.expiration.ms}, a week by default, and refuse the next
   * commit; so it is used every hour.
   *
   * @param positions as committed; none for version 0
   * @throws FencedException when another learner has taken over
   */
  public void keepAlive(SortedMap<Integer, Long> positions) {
    if (nanoTime.getAsLong() - lastTransaction >= ALIVE_EVERY.toNanos()) {
      checkStanding(positions);
    }
  }

  private RecordMetadata acknowledged(Future<RecordMetadata> sent) {
    try {
      while (true) {
        try {
          return sent.get(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
          whileWaiting.run();
        }
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    }
  }

  private void abort(KafkaException cause) {
    log.warn("transaction is aborted and written again: {}", cause.toString());
    untilAnswered("aborting", producer::abortTransaction);
  }

  /** Repeats while the outcome is unknown: the broker may be restarting. */
  private void untilAnswered(String what, Runnable call) {
    while (true) {
      whileWaiting.run();
      try {
        call.run();
        return;
      } catch (TimeoutException e) {
        log.warn("{} has not been answered yet, asking again: {}", what, e.toString());
      } catch (KafkaException e) {
        throw classified(e);
      }
    }
  }

  private KafkaException classified(KafkaException e) {
    return CommitErrors.classified(e, transactionalId, topics.prefix());
  }

  /** Leaves an open transaction to the next {@link #fence}. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
