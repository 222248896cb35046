package io.sapo.learner;

import io.sapo.learner.checkpoint.ActorFiles;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointWriter;
import io.sapo.learner.commit.ChunkRetention;
import io.sapo.learner.commit.CommitFailedException;
import io.sapo.learner.commit.CommitLog;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.commit.FencedException;
import io.sapo.learner.commit.WeightPublisher;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.input.BatchAssembler;
import io.sapo.learner.input.BatchRules;
import io.sapo.learner.input.SegmentsReader;
import io.sapo.policy.network.BaseModel;
import io.sapo.schemas.Component;
import io.sapo.schemas.Heartbeats;
import io.sapo.schemas.Liveness;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The learner service: folds the segments topic into versions. One thread trains ({@link #run});
 * others fetch, follow commands, write checkpoints and send heartbeats.
 *
 * <p>What is committed is final. After any end of {@code run}, orderly or not, another learner with
 * the same topics and data folder continues from the last committed version.
 */
public final class Learner {

  private static final Logger log = LoggerFactory.getLogger(Learner.class);
  private static final int READ_AHEAD_BATCHES = 2;
  private static final long READ_AHEAD_BYTES = 256L << 20;

  private final LearnerConfig config;
  private final LearnerOptions options;
  private final BaseModel base;
  private final Clock clock;
  private final LearnerClients clients;
  private final LearnerStatus status;
  private final CompletableFuture<Void> active = new CompletableFuture<>();
  private final CompletableFuture<Long> ready = new CompletableFuture<>();
  private final Liveness liveness = new Liveness(System::nanoTime);
  private volatile boolean stopping;

  /**
   * @param base what the weights of this run stand on, see {@link
   *     io.sapo.learner.config.NetworkSettings#open}; stays the caller's
   */
  public Learner(LearnerConfig config, LearnerOptions options, BaseModel base, Clock clock) {
    if (!config.algorithm().objections().isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", config.algorithm().objections()));
    }
    this.config = config;
    this.options = options;
    this.base = base;
    this.clock = clock;
    this.clients = new LearnerClients(options.kafka());
    this.status = new LearnerStatus(options, config.digest(), liveness, clock);
  }

  /** Asks {@link #run} to end after the update it is at; from any thread. */
  public void stop() {
    stopping = true;
  }

  /** Whether training gets on: within an update too, and while it waits. */
  public Liveness liveness() {
    return liveness;
  }

  /** Once round a loop. */
  private boolean stopping() {
    liveness.beat();
    return stopping;
  }

  /**
   * Completes when this is the run's one active learner: it can go on from what is committed, and
   * others are fenced. Never fails. Until then nothing of this process may touch the run's records,
   * which may be another run's.
   */
  public CompletableFuture<Void> active() {
    return active;
  }

  /** Completes with the version from which training goes on, once it is committed; never fails. */
  public CompletableFuture<Long> ready() {
    return ready;
  }

  /**
   * Checks that it could take over, waits while another learner is active, fences it, recovers what
   * is committed or begins a run, then trains until {@link #stop} or the last version wanted. On
   * the calling thread; once an object.
   *
   * @return the newest version; -1 when it was stopped before there was one
   * @throws FencedException when another learner took over
   * @throws CommitFailedException when a commit failed for what a restart may mend
   * @throws io.sapo.learner.recovery.DivergenceException when recovery does not reach the committed
   *     hashes and {@link LearnerOptions#acceptDivergence} is not given
   */
  public long run() throws InterruptedException {
    try (Heartbeats heartbeats =
            new Heartbeats(
                options.kafka(),
                options.topics(),
                "learner-status-" + options.heartbeats().instance(),
                status::now);
        Standby standby = new Standby(listen("standby", Component.LEARNER))) {
      try (FoldResources resources = FoldResources.open(config, options, base)) {
        StateLoader loader =
            new StateLoader(config, options, clients, resources, liveness.beatingClock());
        loader.validate(loader.committed());
        standby.await(this::stopping);
        long version =
            stopping
                ? newest(loader, heartbeats, standby)
                : fenced(resources, loader, heartbeats, standby);
        status.stopped(version, version >= options.start().untilVersion());
        return version;
      } catch (RuntimeException | Error | InterruptedException e) {
        status.state("failed", String.valueOf(e.getMessage()));
        sayHowItEnds(heartbeats, standby);
        throw e;
      }
    } finally {
      liveness.rest();
    }
  }

  private LiveProcesses listen(String name, Component kind) {
    return new LiveProcesses(
        clients.follower(options.heartbeats().instance() + "-" + name),
        options.topics(),
        kind,
        status::isOwn,
        System::nanoTime);
  }

  /** Not over the heartbeats of another learner: a third one would take that for ended. */
  private void sayHowItEnds(Heartbeats heartbeats, Standby standby) {
    if (!heartbeats.started() && !standby.otherAtWork()) {
      standby.former().ifPresent(status::remember);
      heartbeats.start(options.heartbeats().interval());
    }
  }

  /** Stopped before it began: that is said, and nothing done. */
  private long newest(StateLoader loader, Heartbeats heartbeats, Standby standby) {
    sayHowItEnds(heartbeats, standby);
    CommittedVersions committed = loader.committed();
    return committed.isEmpty() ? -1 : committed.last().getVersion();
  }

  private long fenced(
      FoldResources resources, StateLoader loader, Heartbeats heartbeats, Standby standby)
      throws InterruptedException {
    standby.former().ifPresent(status::remember);
    try (Commands commands =
            new Commands(
                clients.follower(options.heartbeats().instance() + "-commands"),
                options.topics(),
                standby.former(),
                (command, outcome) -> {
                  status.answered(command, outcome);
                  heartbeats.beat();
                });
        CommitLog commits = openCommitLog()) {
      // Behind the first heartbeat no command is lost.
      heartbeats.start(options.heartbeats().interval());
      commits.whileWaiting(liveness::beat);
      commits.fence();
      active.complete(null);
      try {
        return train(resources, loader, commits, commands, heartbeats);
      } catch (FencedException e) {
        throw isAlone(loader, commits, standby, e) ? CommitFailedException.expired(e) : e;
      }
    }
  }

  /**
   * Whether it is known that nobody is there, or was, by whom this learner can have been fenced.
   */
  private boolean isAlone(
      StateLoader loader, CommitLog commits, Standby standby, FencedException fenced) {
    try {
      if (standby.otherHasBegun(this::stopping)) {
        return false;
      }
      CommittedVersions now = loader.committed();
      return commits.isOwn(now.isEmpty() ? null : now.sha256());
    } catch (RuntimeException e) {
      fenced.addSuppressed(e);
      return false;
    }
  }

  private CommitLog openCommitLog() {
    return new CommitLog(
        clients.transactional(options.groupId()),
        options.groupId(),
        options.topics(),
        options.groupId(),
        options.start().faults());
  }

  private long train(
      FoldResources resources,
      StateLoader loader,
      CommitLog commits,
      Commands commands,
      Heartbeats heartbeats)
      throws InterruptedException {
    Start start = Start.of(loader, commits, options, status, this::stopping);
    String runId = start.runId();
    if (!start.isComplete()) {
      start.state().close();
      return start.newest();
    }
    try (TrainingState state = start.state();
        WeightPublisher publisher =
            new WeightPublisher(options.published().type(), options.published().anchorEvery());
        CheckpointWriter checkpoints =
            new CheckpointWriter(
                resources.checkpoints(),
                ActorFiles.of(resources.base(), resources.model()),
                loader.checkpointVersion(),
                liveness::beat);
        ChunkRetention retention =
            new ChunkRetention(
                clients.admin(),
                options.topics(),
                options.published().keepBytes(),
                start.anchorOffsets());
        LiveProcesses producers = listen("producers", Component.PRODUCER)) {
      Committer committer =
          new Committer(
              config,
              commits,
              resources.checkpoints(),
              publisher,
              runId,
              resources.environment(),
              clock,
              start.sha256());
      committer.accepted(start.accepted());
      committer.keep(retention);
      StatusReporter reporter = new StatusReporter(status, heartbeats);
      StateSaver saver =
          new StateSaver(
              checkpoints,
              new RunIdentity(runId, config.digest()),
              state,
              committer::stateIsAsCommitted);
      TrainingLoop loop =
          new TrainingLoop(
              options,
              state,
              new Update(
                  config,
                  resources.networks(),
                  liveness.beatingClock(),
                  options.activationBytes(),
                  checkpoints::settle),
              committer,
              new Republication(
                  retention::newestIsGone,
                  publisher::wholeNext,
                  publisher::anchorVersion,
                  producers::heard,
                  System::nanoTime),
              saver,
              new CommandExecutor(
                  commands,
                  state,
                  saver,
                  reporter,
                  this::stopping,
                  () -> committer.keepAlive(state)),
              reporter);
      if (start.sha256() == null) {
        loop.commitInitialWeights();
      }
      try {
        while (train(resources, state, loop)) {
          log.info("reading continues at the positions of version {}", state.version());
        }
      } catch (CheckpointException e) {
        if (e.isUnwritten()) {
          committer.checkStanding(state); // who has taken over sweeps what this one was writing
        }
        throw e;
      }
      return state.version();
    }
  }

  /** Whether to go on, from what is committed by then. */
  private boolean train(FoldResources resources, TrainingState state, TrainingLoop loop)
      throws InterruptedException {
    try (SegmentsReader reader = openSegments(resources, state)) {
      status.watch(reader::lag);
      ready.complete(state.version());
      return loop.run(new BatchAssembler(reader, BatchRules.of(config), reader.from()));
    }
  }

  private SegmentsReader openSegments(FoldResources resources, TrainingState state) {
    return new SegmentsReader(
        clients.committedReader(options.heartbeats().instance() + "-segments"),
        options.topics(),
        resources.admission(),
        state.progress().positions(),
        READ_AHEAD_BATCHES * config.batch().size(),
        READ_AHEAD_BYTES);
  }
}
