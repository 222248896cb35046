package io.sapo.standalone.run;

import io.sapo.admin.AdminServer;
import io.sapo.command.CommandFailure;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.evaluator.EvaluationService;
import io.sapo.evaluator.EvaluationService.Examined;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.progress.ProgressPrinter;
import io.sapo.standalone.progress.RunProgress;
import io.sapo.standalone.progress.RunReader;
import io.sapo.standalone.progress.RunSummary;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One start of a training run: broker, segmenter, learner, producers, evaluation and admin, until
 * the last version wanted or until stopped. What it knows of the training it reads from topics.
 */
public final class TrainingRun {
  private static final Logger log = LoggerFactory.getLogger(TrainingRun.class);
  private final Settings settings;
  private final Binding binding;
  private final RunFolder folder;
  private final CheckpointFolder checkpoint;
  private final PrintWriter out;
  private final boolean interactive;
  private final boolean acceptDivergence;
  private final Supervisor supervisor = new Supervisor();

  /**
   * @param checkpoint the starting policy
   * @param interactive whether {@code out} is a terminal
   * @param acceptDivergence whether recovery may go on from other weights than were committed
   * @throws io.sapo.configuration.ConfigException when settings do not go together
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when there is no such checkpoint,
   *     or a critic is named that does not fit it
   * @throws io.sapo.producer.task.TaskFormatException when there are no such tasks
   */
  public TrainingRun(
      Settings settings,
      RunFolder folder,
      Path checkpoint,
      PrintWriter out,
      boolean interactive,
      boolean acceptDivergence) {
    this.settings = settings;
    this.binding = new Binding(settings).check();
    this.folder = folder;
    this.checkpoint = CheckpointFolder.open(checkpoint);
    Checkpoints.checkCritic(settings, this.checkpoint);
    RunTasks.check(settings, this.checkpoint);
    this.out = out;
    this.interactive = interactive;
    this.acceptDivergence = acceptDivergence;
  }

  /** Asks {@link #run} to end after the update it is at; from any thread. */
  public void stop() {
    supervisor.stop();
  }

  /** Fails as soon as {@link #run} has begun to end for a failure; never succeeds. */
  public CompletionStage<Void> failure() {
    return supervisor.failure();
  }

  /**
   * On the calling thread, once.
   *
   * @throws CommandFailure when a role fails, with its cause
   */
  public RunSummary run() throws InterruptedException {
    long begun = System.nanoTime();
    try (KafkaAccess kafka = KafkaAccess.open(settings, folder);
        BrokerAddress announcement = BrokerAddress.of(folder, kafka)) {
      kafka.embedded().ifPresent(broker -> supervisor.watchBroker(broker.failure()));
      kafka.prepareTopics();
      RunProgress progress = new RunProgress(kafka.topics());
      try (RunReader reader = new RunReader(kafka.client(), kafka.topics(), progress)) {
        reader.start();
        supervisor.watch("reader of the run's topics", reader.failure());
        long from = progress.version().orElse(-1);
        ProgressPrinter printer =
            new ProgressPrinter(progress, out, interactive, settings.wide("run.updates"), from);
        Scores scores = train(kafka, printer, from);
        long published = reader.finish();
        printer.finish();
        RunSummary.Start start =
            new RunSummary.Start(
                from,
                (System.nanoTime() - begun) / 1e9,
                published,
                progress.refusedTrajectories(),
                settings.digest(),
                folder.path().toString());
        return RunSummary.of(progress, start, scores.before(), scores.after());
      }
    }
  }

  /** Null where a version was not examined. */
  private record Scores(Examined before, Examined after) {}

  private Scores train(KafkaAccess kafka, ProgressPrinter printer, long from)
      throws InterruptedException {
    long goal = settings.wide("run.updates");
    printer.permanent(opening(kafka, from, goal));
    try (RoleFactory factory = new RoleFactory(settings, binding, () -> checkpoint, kafka);
        Roles roles = new Roles()) {
      AdminServer admin = roles.own(factory.admin(List.of(new DjlMetrics())));
      printer.permanent("status at " + admin.address());
      LearnerRole learner = roles.own(factory.learner(folder.learner(), goal, acceptDivergence));
      supervisor.watchResult("learner", learner.done());
      learner.start();
      if (supervisor.await(learner.active(), printer::refresh) == Supervisor.End.STOPPED) {
        learner.close();
        return new Scores(null, null);
      }
      EvaluationService evaluation = roles.own(evaluation(factory));
      segmenter(factory, roles);
      if (supervisor.await(evaluation.firstTaken(), printer::refresh) == Supervisor.End.REACHED) {
        try (Roles producers = producers(factory)) {
          supervisor.await(learner.done(), printer::refresh);
          learner.stop();
        }
      }
      learner.close();
      return scores(evaluation, learner, printer);
    }
  }

  private Scores scores(EvaluationService evaluation, LearnerRole learner, ProgressPrinter printer)
      throws InterruptedException {
    if (supervisor.stopping() || learner.done().isCompletedExceptionally()) {
      CompletableFuture<Examined> before = evaluation.before();
      boolean known = before.isDone() && !before.isCompletedExceptionally();
      return new Scores(known ? before.join() : null, null);
    }
    CompletableFuture<Examined> after = evaluation.finish(learner.done().join());
    return new Scores(
        evaluation.before().getNow(null),
        lastScore(supervisor, after, printer::refresh, printer::permanent));
  }

  /**
   * What was trained stays trained where it cannot be scored.
   *
   * @param notice told why there is no score
   * @return null where there is none
   */
  static Examined lastScore(
      Supervisor supervisor,
      CompletableFuture<Examined> after,
      Runnable refresh,
      Consumer<String> notice)
      throws InterruptedException {
    CompletableFuture<Throwable> over = after.handle((scores, problem) -> problem);
    if (supervisor.await(over, refresh) == Supervisor.End.STOPPED) {
      return null;
    }
    if (over.join() != null) {
      notice.accept("the last version is not scored, the evaluation failed: " + over.join());
      return null;
    }
    return after.join();
  }

  private String opening(KafkaAccess kafka, long from, long goal) {
    return "%s run in %s, %s, tasks %s, seed %d, %s, config %s, Kafka at %s, version %d to %d"
        .formatted(
            from < 0 ? "new" : "continuing",
            folder.path(),
            checkpoint.path(),
            settings.text("tasks.train"),
            settings.wide("run.seed"),
            settings.text("model.device"),
            settings.digest().substring(0, 12),
            kafka.bootstrapServers(),
            Math.max(0, from),
            goal);
  }

  private EvaluationService evaluation(RoleFactory factory) {
    EvaluationService evaluation = factory.evaluation("evaluator-0");
    supervisor.watchResult("evaluation", evaluation.before());
    evaluation.after().whenComplete((scores, problem) -> warn(evaluation.before(), problem));
    evaluation.start();
    return evaluation;
  }

  /**
   * At once, not when a run of days is over.
   *
   * @param before the score of the first version: where that fails, the run does
   * @param problem that the evaluation has ended with; null where it has ended in order
   */
  static void warn(CompletableFuture<?> before, Throwable problem) {
    boolean known = before.isCompletedExceptionally();
    if (problem != null && !known && !(problem instanceof CancellationException)) {
      log.error("the evaluation failed: training goes on, and is not scored any more", problem);
    }
  }

  private void segmenter(RoleFactory factory, Roles roles) {
    SegmenterRole segmenter = roles.own(factory.segmenter(folder.segmenter(), "segmenter-0"));
    supervisor.watchResult("segmenter", segmenter.done());
    segmenter.start();
  }

  private Roles producers(RoleFactory factory) {
    Roles producers = new Roles();
    try {
      for (int index = 0; index < binding.producers(); index++) {
        String name = "producer-" + index;
        Role producer =
            producers.own(factory.producer(binding.producer(name, folder.path().resolve(name))));
        supervisor.watchResult(
            binding.producers() == 1 ? "producer" : "producer " + index, producer.done());
        producer.start();
      }
    } catch (RuntimeException e) {
      producers.close();
      throw e;
    }
    return producers;
  }
}
