package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointManifest;
import io.sapo.learner.checkpoint.CheckpointWriter;
import io.sapo.learner.checkpoint.Snapshot;
import io.sapo.learner.commit.CommitLog;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.commit.CreditRecords;
import io.sapo.learner.commit.WeightPublisher;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.BatchAssembler;
import io.sapo.learner.input.SegmentsReader;
import io.sapo.schemas.WeightVersion;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The learner service: folds the segments topic into versions. One thread trains ({@link #run});
 * others fetch, write checkpoints and send heartbeats.
 *
 * <p>What is committed is final. After any end of {@code run}, orderly or not, another learner with
 * the same topics and data folder goes on from the last committed version.
 */
public final class Learner {

  private static final Logger log = LoggerFactory.getLogger(Learner.class);
  private static final int READ_AHEAD_BATCHES = 2;
  private static final long READ_AHEAD_BYTES = 256L << 20;

  private final LearnerConfig config;
  private final LearnerOptions options;
  private final Clock clock;
  private final LearnerClients clients;
  private final LearnerStatus status = new LearnerStatus();
  private volatile boolean stopping;

  public Learner(LearnerConfig config, LearnerOptions options, Clock clock) {
    this.config = config;
    this.options = options;
    this.clock = clock;
    this.clients = new LearnerClients(options.kafka());
  }

  /** Asks {@link #run} to end after the update it is at; from any thread. */
  public void stop() {
    stopping = true;
  }

  /**
   * Trains until {@link #stop} or the last version wanted. On the calling thread; once an object.
   *
   * @return the newest version
   * @throws io.sapo.learner.commit.FencedException when another learner took over
   * @throws io.sapo.learner.recovery.DivergenceException when recovery does not reach the committed
   *     hashes
   */
  public long run() throws InterruptedException {
    try (Heartbeats heartbeats =
        new Heartbeats(
            clients.plain(options.instance() + "-status"),
            options.topics(),
            options.instance(),
            options.heartbeat(),
            status,
            config.digest(),
            clock)) {
      try (Workshop workshop = Workshop.open(config, options);
          CommitLog commits =
              new CommitLog(
                  clients.transactional(options.groupId()),
                  options.groupId(),
                  options.topics(),
                  options.groupId(),
                  options.faults())) {
        commits.fence();
        long version = begin(workshop, commits, heartbeats);
        status.state("stopped", "");
        return version;
      } catch (RuntimeException | Error e) {
        status.state("failed", String.valueOf(e.getMessage()));
        throw e;
      }
    }
  }

  private long begin(Workshop workshop, CommitLog commits, Heartbeats heartbeats)
      throws InterruptedException {
    Beginning beginning = new Beginning(config, options, clients, workshop);
    CommittedVersions committed = beginning.committed();
    String runId = committed.isEmpty() ? options.runId() : committed.last().getRunId();
    WeightPublisher publisher = new WeightPublisher(options.published(), options.anchorEvery());
    Committer committer =
        new Committer(config, commits, workshop.checkpoints(), publisher, runId, clock);
    try (TrainingState state = stateOf(beginning, committed);
        CheckpointWriter checkpoints =
            new CheckpointWriter(
                workshop.checkpoints(),
                workshop.model().companions(),
                beginning.checkpointVersion())) {
      if (committed.isEmpty()) {
        StateHashes hashes = state.hashes();
        checkpoints.write(snapshot(state, hashes, runId));
        checkpoints.finish();
        status.committed(committer.commit(state, hashes, List.of(), new TreeMap<>(), List.of(), 0));
      }
      train(state, workshop, committer, checkpoints, runId, heartbeats);
      return state.version();
    }
  }

  private TrainingState stateOf(Beginning beginning, CommittedVersions committed) {
    if (committed.isEmpty()) {
      return beginning.fresh();
    }
    WeightVersion last = committed.last();
    log.info("recovering version {} of run {}", last.getVersion(), last.getRunId());
    TrainingState state =
        beginning.recovered(
            committed,
            reached -> {
              log.info("recovery has reached version {} of {}", reached, last.getVersion());
              status.recovered(reached, last.getVersion());
            });
    status.committed(last);
    return state;
  }

  private void train(
      TrainingState state,
      Workshop workshop,
      Committer committer,
      CheckpointWriter checkpoints,
      String runId,
      Heartbeats heartbeats)
      throws InterruptedException {
    Update update = new Update(config, workshop.networks(), System::nanoTime);
    try (SegmentsReader reader = reader(workshop, state)) {
      BatchAssembler batches =
          new BatchAssembler(reader, config.batchSize(), config.maxStaleness(), reader.from());
      Stopwatch stopwatch = new Stopwatch();
      status.watch(reader::lag);
      status.state("running", "");
      heartbeats.beat();
      while (!stopping && state.version() < options.untilVersion()) {
        Batch batch = batches.next(state.version(), () -> stopping);
        if (batch == null) {
          break;
        }
        stopwatch.lap("seconds_wait");
        options.faults().reached(FaultPoint.BATCH_ASSEMBLED);
        Update.Folded folded = update.apply(state, batch);
        stopwatch.lap("seconds_update");
        options.faults().reached(FaultPoint.UPDATE_APPLIED);
        StateHashes hashes = state.hashes();
        SortedMap<String, Double> metrics = stopwatch.addedTo(folded.report().metrics());
        WeightVersion committed =
            committer.commit(
                state,
                hashes,
                batch.ranges(),
                metrics,
                CreditRecords.of(state.version(), batch.examples(), folded.credits()),
                checkpoints.durableVersion());
        stopwatch.lap("seconds_commit");
        if (state.version() % options.checkpointEvery() == 0) {
          checkpoints.write(snapshot(state, hashes, runId));
        }
        stopwatch.lap("seconds_checkpoint");
        status.committed(committed);
        heartbeats.beat();
        log.info("{}", summary(committed));
      }
      checkpointBeforeLeaving(state, checkpoints, runId);
    }
  }

  private SegmentsReader reader(Workshop workshop, TrainingState state) {
    return new SegmentsReader(
        clients.committedReader(options.instance() + "-segments"),
        options.topics().segments().name(),
        workshop.admission(),
        state.progress().positions(),
        READ_AHEAD_BATCHES * config.batchSize(),
        READ_AHEAD_BYTES);
  }

  private Snapshot snapshot(TrainingState state, StateHashes hashes, String runId) {
    return Snapshot.of(
        new CheckpointManifest(
            runId, state.version(), state.klCoefficient(), config.digest(), hashes),
        state);
  }

  private void checkpointBeforeLeaving(
      TrainingState state, CheckpointWriter checkpoints, String runId) {
    checkpoints.finish();
    if (checkpoints.durableVersion() < state.version()) {
      checkpoints.write(snapshot(state, state.hashes(), runId));
      checkpoints.finish();
    }
  }

  private static String summary(WeightVersion version) {
    Map<String, Double> m = version.getMetrics();
    return "version %d: reward %.3f, accuracy %.3f, entropy %.3f, %.0f tokens/s, %d trained and %d skipped so far"
        .formatted(
            version.getVersion(),
            m.get("reward"),
            m.get("accuracy"),
            m.get("entropy"),
            m.get("tokens_per_second"),
            version.getTrainedTotal(),
            version.getConsumedTotal() - version.getTrainedTotal());
  }
}
