package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Surroundings;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.learner.LearnerClients;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.recovery.DivergenceException;
import io.sapo.learner.replay.PublishedActor;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.learner.replay.Replay;
import io.sapo.learner.replay.WhatIf;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.replay.ConfigChange;
import io.sapo.standalone.replay.ForkedRun;
import io.sapo.standalone.replay.ReplayOutput;
import io.sapo.standalone.replay.ReplaySpan;
import io.sapo.standalone.replay.Resegmentation;
import io.sapo.standalone.run.TorchThreads;
import io.sapo.verifier.Verifiers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo replay}. */
@Command(
    name = "replay",
    description = {
      "Recomputes committed versions from their recorded batches, publishing nothing.",
      "Without --set: compares weights bit for bit and names tensors that differ;"
          + " exit code 1 then. On a device that is not deterministic: whether they are"
          + " close.",
      "With --set (algorithm, learner.*, segmentation.*): what the same batches would have given"
          + " under other settings (what-if), beside what they gave.",
      "With --fork: begins a new run with that version, under the settings given with --set."
    })
final class ReplayCommand implements Callable<Integer> {
  private static final List<String> WHAT_IF = List.of("algorithm", "learner.", "segmentation.");

  /** What decided which records make a batch. */
  private static final List<String> OF_BATCHES =
      List.of(
          "learner.batch-size",
          "learner.max-staleness",
          "learner.max-sequence-tokens",
          "learner.dynamic-sampling");

  /** What decided the rewards in the records. */
  private static final List<String> OF_REWARDS =
      List.of(
          "segmenter.reward.",
          "segmenter.numeric-tolerance",
          "segmenter.equality.",
          "tasks.verifier",
          "verifiers.",
          "judges.");

  private static final String OVERLONG = "learner.overlong";

  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(names = "--version", paramLabel = "N", description = "The version to recompute.")
  private Long version;

  @Option(names = "--from", paramLabel = "A", description = "First version; without it 1.")
  private Long from;

  @Option(names = "--to", paramLabel = "B", description = "Last version; without it the newest.")
  private Long to;

  @Option(
      names = "--resegment",
      description = "Segment the recorded trajectories anew, with the settings' strategy.")
  private boolean resegment;

  @Option(
      names = "--fork",
      paramLabel = "NAME",
      description = "Begin a new run, with topics and a folder of its own, from --version.")
  private String fork;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  ReplayCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (version != null && (from != null || to != null)) {
      throw CommandFailure.usage("give --version, or --from and --to, not both");
    }
    if (fork != null && (version == null || resegment)) {
      throw CommandFailure.usage("--fork goes with --version and without --resegment");
    }
    boolean whatIf = whatIf() && fork == null;
    RunOptions.Target target = options.target(surroundings);
    TorchThreads.use(target.settings());
    Path data = target.folder().learner();
    CheckpointStore checkpoints = new CheckpointStore(data);
    if (checkpoints.versions().isEmpty()) {
      throw CommandFailure.failed(
          data + " holds no checkpoints to start from; name the run's folder with --data");
    }
    try (KafkaAccess access = target.open();
        Consumer<byte[], byte[]> consumer =
            new LearnerClients(access.client()).rangeReader("sapo-replay")) {
      CommittedVersions committed = CommittedVersions.read(consumer, access.topics());
      ReplaySpan span = fork == null ? span(committed) : null;
      try (RecordedRun run =
          new RecordedRun(
              committed,
              checkpoints,
              consumer,
              access.topics().segments().name(),
              new Binding(target.settings()).device(),
              new Binding(target.settings()).pictureFiles(),
              new Binding(target.settings()).activationBytes())) {
        if (fork != null) {
          return fork(run, target, access);
        }
        return whatIf
            ? compare(run, span, target, access)
            : verify(run, span, new PublishedActor(committed, consumer, access.topics()));
      }
    } catch (DivergenceException
        | CheckpointException
        | InvalidCheckpointException
        | IllegalStateException e) {
      throw CommandFailure.failed(e.getMessage(), e);
    }
  }

  private boolean whatIf() {
    boolean found = resegment;
    for (String setting : options.set()) {
      String key = setting.split("=", 2)[0].strip();
      if (key.equals("learner.critic.checkpoint")) {
        throw CommandFailure.usage(
            key + " is what the critic of version 0 was; replays and forks begin with later ones");
      }
      // Without groups there is none to drop, and algorithms without groups want to hear so.
      boolean noGroups = setting.strip().equals("learner.dynamic-sampling=0");
      if (fork == null && OF_BATCHES.contains(key) && !noGroups) {
        throw CommandFailure.usage(
            key + " decided which records make a batch; a replay takes the batches as recorded");
      }
      if (fork == null && OF_REWARDS.stream().anyMatch(key::startsWith)) {
        throw CommandFailure.usage(
            key + " decided what was rewarded; a replay takes the rewards as recorded");
      }
      found |= WHAT_IF.stream().anyMatch(key::startsWith);
    }
    return found;
  }

  private ReplaySpan span(CommittedVersions committed) {
    if (committed.isEmpty()) {
      throw CommandFailure.failed("the run has not committed any version yet");
    }
    return ReplaySpan.of(
        committed.first().getVersion(),
        committed.last().getVersion(),
        version != null ? version : from,
        version != null ? version : to);
  }

  private int verify(RecordedRun run, ReplaySpan span, PublishedActor published) {
    ReplayOutput output = output();
    new Replay(run, published).run(span.from(), span.to(), this::progress, output::outcome);
    return output.verified(span.from(), span.to()) ? ExitCodes.FINE : ExitCodes.FAILED;
  }

  private ReplayOutput output() {
    return new ReplayOutput(spec.commandLine().getOut(), json);
  }

  private int fork(RecordedRun run, RunOptions.Target target, KafkaAccess access)
      throws InterruptedException {
    if (!run.committed().contains(version)) {
      throw CommandFailure.usage(
          "version %d is not committed; there are %d to %d"
              .formatted(
                  version,
                  run.committed().first().getVersion(),
                  run.committed().last().getVersion()));
    }
    RunOptions.Target parent = options.targetWithoutSet(surroundings);
    Settings settings =
        options
            .target(surroundings, ForkedRun.settings(target.settings(), parent.folder(), fork))
            .settings();
    ForkedRun forked = new ForkedRun(settings, parent.folder(), fork);
    WeightVersion first = forked.begin(run, access, version, this::progress);
    output().forked(first, forked.folder().path(), settings.text("kafka.topic-prefix"));
    return ExitCodes.FINE;
  }

  private int compare(
      RecordedRun run, ReplaySpan span, RunOptions.Target target, KafkaAccess access) {
    Binding with = new Binding(target.settings());
    LearnerConfig without =
        new Binding(options.targetWithoutSet(surroundings).settings()).learner();
    ConfigChange change = ConfigChange.between(without, with.learner());
    List<String> asRecorded = change.asRecorded(run.config(span.from()));
    if (asRecorded.contains(ConfigChange.OVERLONG) && isSet(OVERLONG)) {
      throw CommandFailure.usage(
          OVERLONG
              + " to or from penalty decided what was rewarded; a replay takes the rewards as recorded");
    }
    Optional<Resegmentation> recut =
        resegment || options.set().stream().anyMatch(s -> s.startsWith("segmentation."))
            ? Optional.of(
                new Resegmentation(
                    access.topics(),
                    with.segmenter(Path.of("")).strategy(),
                    Verifiers.load(with.verifiers())))
            : Optional.empty();
    ReplayOutput output = output();
    UnaryOperator<byte[]> rewrite =
        recut.<UnaryOperator<byte[]>>map(it -> it).orElse(UnaryOperator.identity());
    new WhatIf(run, change, rewrite)
        .run(span.from(), span.to(), this::progress, output::comparison);
    output.compared(change, asRecorded, recut);
    return ExitCodes.FINE;
  }

  private boolean isSet(String key) {
    return options.set().stream().anyMatch(setting -> setting.split("=", 2)[0].strip().equals(key));
  }

  private void progress(long reached) {
    if (surroundings.interactive() && !json) {
      PrintWriter err = spec.commandLine().getErr();
      err.print("\rfolded to version " + reached + " \r");
      err.flush();
    }
  }
}
