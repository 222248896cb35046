package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
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
import io.sapo.standalone.replay.ReplayText;
import io.sapo.standalone.replay.Resegmentation;
import io.sapo.standalone.run.TorchThreads;
import io.sapo.verifier.Verifiers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
      "Folds committed versions again from the recorded batches, publishing nothing.",
      "Without --set: says whether the weights come out bit-identical, or which tensors differ;"
          + " exit code 1 then. On a device that gives other bits each time: whether they come out"
          + " close.",
      "With --set (algorithm, learner.*, segmentation.*): what the same batches would have done"
          + " under other settings, beside what they did.",
      "With --fork: begins a new run with that version, under the settings given with --set."
    })
final class ReplayCommand implements Callable<Integer> {
  private static final List<String> WHAT_IF = List.of("algorithm", "learner.", "segmentation.");
  private static final List<String> RECORDED =
      List.of("learner.batch-size", "learner.max-staleness");

  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(names = "--version", paramLabel = "N", description = "The version to fold again.")
  private Long version;

  @Option(names = "--from", paramLabel = "A", description = "First version; without it 1.")
  private Long from;

  @Option(names = "--to", paramLabel = "B", description = "Last version; without it the newest.")
  private Long to;

  @Option(
      names = "--resegment",
      description = "Cut the recorded trajectories anew, with the settings' strategy.")
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

  /** First and last version, inclusive. */
  private record Span(long from, long to) {}

  @Override
  public Integer call() throws InterruptedException {
    if (version != null && (from != null || to != null)) {
      throw CommandFailure.usage("give --version, or --from and --to, not both");
    }
    if (fork != null && (version == null || resegment)) {
      throw CommandFailure.usage("--fork goes with --version and without --resegment");
    }
    boolean whatIf = fork == null && whatIf();
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
      Span span = fork == null ? span(committed) : null;
      try (RecordedRun run =
          new RecordedRun(
              committed,
              checkpoints,
              consumer,
              access.topics().segments().name(),
              new Binding(target.settings()).device(),
              new Binding(target.settings()).pictureFiles())) {
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
      if (RECORDED.contains(key)) {
        throw CommandFailure.usage(
            key + " decided which records make a batch; a replay takes the batches as recorded");
      }
      found |= WHAT_IF.stream().anyMatch(key::startsWith);
    }
    return found;
  }

  private Span span(CommittedVersions committed) {
    if (committed.isEmpty()) {
      throw CommandFailure.failed("the run has not committed any version yet");
    }
    long newest = committed.last().getVersion();
    long least = committed.first().getVersion() + 1;
    long first = version != null ? version : from != null ? from : least;
    long last = version != null ? version : to != null ? to : newest;
    if (first < least || last < first || last > newest) {
      throw CommandFailure.usage(
          "versions %d to %d cannot be folded again; there are %d to %d"
              .formatted(first, last, least, newest));
    }
    return new Span(first, last);
  }

  private int verify(RecordedRun run, Span span, PublishedActor published) {
    PrintWriter out = spec.commandLine().getOut();
    List<Replay.Outcome> outcomes = new ArrayList<>();
    new Replay(run, published)
        .run(
            span.from(),
            span.to(),
            this::progress,
            outcome -> {
              outcomes.add(outcome);
              if (!json) {
                ReplayText.print(out, outcome);
                out.flush();
              }
            });
    long exact = count(outcomes, Replay.Verdict.EXACT);
    long close = count(outcomes, Replay.Verdict.CLOSE);
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("from", span.from());
      fields.put("to", span.to());
      fields.put("exact", exact);
      fields.put("close", close);
      fields.put("versions", outcomes);
      out.println(Json.of(fields));
    } else {
      out.println(
          "%d of %d versions bit-exact%s"
              .formatted(exact, outcomes.size(), close == 0 ? "" : ", " + close + " close"));
    }
    out.flush();
    return exact + close == outcomes.size() ? ExitCodes.FINE : ExitCodes.FAILED;
  }

  private static long count(List<Replay.Outcome> outcomes, Replay.Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
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
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("run", first.getRunId());
      fields.put("parent_run", first.getOrigin().getRunId());
      fields.put("version", first.getVersion());
      fields.put("data", forked.folder().path().toString());
      fields.put("topic_prefix", settings.text("kafka.topic-prefix"));
      out.println(Json.of(fields));
    } else {
      out.println(
          "run %s begins with version %d of run %s, topics %s*"
              .formatted(
                  first.getRunId(),
                  first.getVersion(),
                  first.getOrigin().getRunId(),
                  settings.text("kafka.topic-prefix")));
      out.println("go on with: sapo train --data " + forked.folder().path());
    }
    out.flush();
    return ExitCodes.FINE;
  }

  private int compare(RecordedRun run, Span span, RunOptions.Target target, KafkaAccess access) {
    PrintWriter out = spec.commandLine().getOut();
    Binding with = new Binding(target.settings());
    LearnerConfig without =
        new Binding(options.targetWithoutSet(surroundings).settings()).learner();
    ConfigChange change = ConfigChange.between(without, with.learner());
    Resegmentation recut =
        resegment || options.set().stream().anyMatch(s -> s.startsWith("segmentation."))
            ? new Resegmentation(
                access.topics(),
                with.segmenter(Path.of("")).strategy(),
                Verifiers.load(with.verifiers()))
            : null;
    List<WhatIf.Comparison> comparisons = new ArrayList<>();
    UnaryOperator<byte[]> rewrite = recut == null ? UnaryOperator.identity() : recut;
    new WhatIf(run, change, rewrite)
        .run(
            span.from(),
            span.to(),
            this::progress,
            comparison -> {
              comparisons.add(comparison);
              if (!json) {
                ReplayText.print(out, comparison);
                out.flush();
              }
            });
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("changed", change.keys());
      fields.put("trajectories_cut_anew", recut == null ? 0 : recut.records());
      fields.put("trajectories_cut_otherwise", recut == null ? 0 : recut.changed());
      fields.put("versions", comparisons);
      out.println(Json.of(fields));
    } else {
      out.println("changed: " + (change.keys().isEmpty() ? "nothing" : change.keys()));
      if (recut != null) {
        out.println(
            "cut anew: %d trajectories, %d of them otherwise than recorded"
                .formatted(recut.records(), recut.changed()));
      }
    }
    out.flush();
    return ExitCodes.FINE;
  }

  private void progress(long reached) {
    if (surroundings.interactive() && !json) {
      PrintWriter err = spec.commandLine().getErr();
      err.print("\rfolded to version " + reached + " \r");
      err.flush();
    }
  }
}
