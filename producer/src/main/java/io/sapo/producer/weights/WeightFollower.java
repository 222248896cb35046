package io.sapo.producer.weights;

import io.sapo.policy.network.BaseModel;
import io.sapo.schemas.Environment;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.RestartException;
import io.sapo.schemas.SkippingConsumer;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.WeightFormatException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the committed weight versions and keeps the newest one ready for generation.
 *
 * <p>A version is handed out only when every tensor has the hash announced for it and, where
 * float32 is published, the whole has the hash in the commit record. One that does not is refused
 * and counted, and the one in use stays in use; versions that build on it are refused as well, up
 * to the next anchor, which the learner makes of the next version when it is told that one cannot
 * be read.
 *
 * <p>A thread of its own reads, checks and copies to the device, where it writes over weights that
 * are no longer in use with what has changed since. It does so while the version is being written
 * to the log, so that little is left to do once the commit record is there. The other methods are
 * thread-safe. At most one version lies ready: a newer one replaces it.
 */
public final class WeightFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WeightFollower.class);
  private static final Duration CHUNK_PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Topics topics;
  private final BaseModel base;
  private final Runnable onChange;
  private final java.util.function.Consumer<WeightVersion> onCommit;
  private final Consumer<byte[], byte[]> versions;
  private final Consumer<byte[], byte[]> chunks;
  private final LocalWeights local;
  private final Thread thread;

  private final VersionLog versionLog = new VersionLog();

  private final AtomicReference<FollowedWeights> ready = new AtomicReference<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private volatile Optional<WeightVersion> newest = Optional.empty();
  private volatile Refusals refusals = new Refusals(0, "");
  private volatile OptionalLong unreadable = OptionalLong.empty();
  private volatile boolean closed;
  private long lastOffset = -1;

  /**
   * Versions refused since the start.
   *
   * @param last why the newest of them was; empty when there is none
   */
  public record Refusals(int count, String last) {}

  /** One that tells nobody what versions were made from. */
  public WeightFollower(
      Map<String, Object> clientConfig, Topics topics, BaseModel base, Runnable onChange) {
    this(clientConfig, topics, base, onChange, version -> {});
  }

  /**
   * @param clientConfig at least {@code bootstrap.servers}
   * @param base what the handed-out weights stand on; stays the caller's
   * @param onChange called on the follower's thread when a version was read, made ready or refused
   * @param onCommit called there with each commit record, from the oldest in the topic on, before
   *     weights of that version or a later one are handed out
   */
  public WeightFollower(
      Map<String, Object> clientConfig,
      Topics topics,
      BaseModel base,
      Runnable onChange,
      java.util.function.Consumer<WeightVersion> onCommit) {
    this.onCommit = onCommit;
    this.topics = topics;
    this.base = base;
    this.onChange = onChange;
    versions = consumer(clientConfig, "earliest", "read_committed");
    versions.assign(List.of(new TopicPartition(topics.weights().name(), 0)));
    chunks = consumer(clientConfig, "none", "read_uncommitted");
    local =
        new LocalWeights(
            new ChunkReader(chunks, topics.weightChunks(), CHUNK_PATIENCE),
            new WeightBuffers(base));
    thread = new Thread(this::run, "weight-follower");
    thread.setDaemon(true);
  }

  /** Once; a follower never started is closed all the same. */
  public void start() {
    thread.start();
  }

  /** The newest committed version's record, whether its weights have been read yet or not. */
  public Optional<WeightVersion> newest() {
    return newest;
  }

  /** Takes what lies ready, newer than anything taken before; the caller owns it from here on. */
  public Optional<FollowedWeights> take() {
    return Optional.ofNullable(ready.getAndSet(null));
  }

  public Refusals refusals() {
    return refusals;
  }

  /** The newest version, where it cannot be had from what lies on the log. */
  public OptionalLong unreadable() {
    return unreadable;
  }

  /** Completes, with the cause, when following ended without being asked to. */
  public CompletableFuture<Throwable> failure() {
    return failure;
  }

  /** Stops following and frees what was not taken. */
  @Override
  public void close() {
    closed = true;
    if (thread.getState() == Thread.State.NEW) {
      versions.close();
      chunks.close();
      local.close();
      return;
    }
    versions.wakeup();
    chunks.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    take().ifPresent(FollowedWeights::close);
    local.close();
  }

  private void run() {
    try (versions;
        chunks) {
      while (!closed) {
        if (readVersions(local.readAhead(POLL))) {
          onChange.run();
          catchUp();
          onChange.run();
        } else {
          local.prepare();
        }
      }
    } catch (WakeupException e) {
      log.debug("asked to stop");
    } catch (RuntimeException | Error e) {
      log.error("following the weights has ended", e);
      failure.complete(e);
    }
  }

  /** Reads commit records until there are no more for now; true when there is a new one. */
  private boolean readVersions(Duration wait) {
    boolean added = false;
    var records = versions.poll(wait);
    while (!records.isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        added |= add(record);
      }
      records = versions.poll(Duration.ZERO);
    }
    if (added) {
      newest = versionLog.newest();
    }
    return added;
  }

  private boolean add(ConsumerRecord<byte[], byte[]> record) {
    requireSameTopic(record);
    try {
      RecordDigest.check(record);
      WeightVersion version = topics.weights().codec().decode(record.value());
      Optional<String> oddity = versionLog.add(version);
      if (oddity.isEmpty()) {
        onCommit.accept(version);
        return true;
      }
      log.warn(
          "{}, offset {}: version {} {} and is skipped",
          record.topic(),
          record.offset(),
          version.getVersion(),
          oddity.get());
    } catch (RecordFormatException e) {
      versionLog.addUnreadable();
      unreadable =
          OptionalLong.of(1 + versionLog.newest().map(WeightVersion::getVersion).orElse(-1L));
      refused("%s, offset %d: %s".formatted(record.topic(), record.offset(), e.getMessage()));
    }
    return false;
  }

  /**
   * Where the topic was deleted and made anew, for another run, reading begins again. Its versions
   * are no newer by number than those of the old run, and would be taken for none.
   */
  private void requireSameTopic(ConsumerRecord<byte[], byte[]> record) {
    if (record.offset() <= lastOffset) {
      throw new RestartException(
          "topic %s was made anew: after offset %d comes %d"
              .formatted(record.topic(), lastOffset, record.offset()));
    }
    lastOffset = record.offset();
  }

  private void catchUp() {
    WeightVersion wanted = newest.orElseThrow();
    long target = wanted.getVersion();
    try {
      List<WeightVersion> path = local.pathToNewest(versionLog);
      for (WeightVersion version : path) {
        target = version.getVersion();
        requireBase(version);
        local.apply(version);
      }
      if (!path.isEmpty()) {
        offer(path.get(path.size() - 1));
      }
    } catch (WeightFormatException e) {
      local.discard();
      versionLog.refuse(target);
      unreadable =
          standsOnBase(wanted) ? OptionalLong.of(wanted.getVersion()) : OptionalLong.empty();
      refused(e.getMessage());
    }
  }

  private void requireBase(WeightVersion version) {
    if (!standsOnBase(version)) {
      throw new WeightFormatException(
          "version %d was trained over base model %s, but this process has loaded %s: give it the checkpoint that the learner has"
              .formatted(
                  version.getVersion(),
                  named(version.getEnvironment().getBaseSha256()),
                  named(base.sha256())));
    }
  }

  private boolean standsOnBase(WeightVersion version) {
    Environment environment = version.getEnvironment();
    return environment == null || environment.getBaseSha256().equals(base.sha256());
  }

  private static String named(String sha256) {
    return sha256.isEmpty() ? "none (every weight is trained)" : sha256;
  }

  private void offer(WeightVersion version) {
    take().ifPresent(FollowedWeights::close);
    ready.set(local.weightsOf(version));
    unreadable = OptionalLong.empty();
    log.debug("version {} lies ready", version.getVersion());
  }

  private void refused(String reason) {
    log.error("weights refused: {}", reason);
    refusals = new Refusals(refusals.count() + 1, reason);
  }

  private static Consumer<byte[], byte[]> consumer(
      Map<String, Object> clientConfig, String reset, String isolation) {
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
    return new SkippingConsumer(config, SkippingConsumer.Damaged.SHOWN);
  }
}
