package io.sapo.evaluator;

import io.sapo.pictures.UnreadablePictureException;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Task;
import io.sapo.segmenter.judge.JudgePanel;
import io.sapo.verifier.ReferenceAnswerException;
import io.sapo.verifier.Verdict;
import io.sapo.verifier.Verifier;
import io.sapo.verifier.Verifiers;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generates answers to held-out tasks and scores them. The same weights, tasks, sampling and seed
 * give the same score. For one thread, but for {@link #stop}; owns a generator and a tokenizer
 * until closed.
 */
public final class Evaluator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Evaluator.class);
  private static final int STEPS_PER_CALL = 16;
  private static final long LOOK_UP_MS = 200;

  private final EvaluationConfig config;
  private final CheckpointProfile profile;
  private final PromptBuilder prompts;
  private final Generator generator;
  private final JudgePanel panel;
  private final HeldOutTasks heldOut;
  private final Liveness liveness = new Liveness(System::nanoTime);
  private volatile boolean stopped;

  /**
   * @param checkpoint for the tokenizer; its weights are not read
   * @param base what the weights to be evaluated stand on; stays the caller's
   * @throws io.sapo.producer.task.TaskFormatException when there are no tasks
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when the folder lacks a file
   */
  public Evaluator(EvaluationConfig config, CheckpointFolder checkpoint, BaseModel base) {
    this.config = config;
    this.heldOut = HeldOutTasks.read(config.tasks(), config.seed(), config.schedule().tasks());
    try {
      this.profile = CheckpointProfile.open(checkpoint, config.prompts().profile());
    } catch (RuntimeException e) {
      heldOut.close();
      throw e;
    }
    try {
      log.info("{}: {}", checkpoint.path(), profile.description());
      this.prompts =
          new PromptBuilder(profile, config.prompts().maxTokens(), config.prompts().pictures());
      this.panel = new JudgePanel(Verifiers.load(config.verifiers()), config.judges());
      this.generator = Generator.load(base.config(), options(config, profile), base.device());
    } catch (RuntimeException e) {
      profile.close();
      heldOut.close();
      throw e;
    }
  }

  private static GeneratorOptions options(EvaluationConfig config, CheckpointProfile profile) {
    return new GeneratorOptions(
        config.slots(),
        config.prompts().maxTokens() + config.sampling().maxNewTokens(),
        STEPS_PER_CALL,
        profile.unspeakableTokens(),
        profile.stopTokens());
  }

  /** Running totals of one evaluation. */
  private static final class Tally {
    private int judged;
    private int correct;
    private int refused;
    private double reward;
    private long tokens;
  }

  /** Of an evaluation that is going on. */
  Liveness liveness() {
    return liveness;
  }

  /** Ends an evaluation that is going on, and all later ones; from any thread. */
  void stop() {
    stopped = true;
  }

  /**
   * @param count most tasks asked, of those the configuration gives
   * @throws CancellationException when told to stop
   */
  public Score evaluate(Weights weights, long version, Sampling sampling, int count) {
    try {
      return score(weights, version, sampling, count);
    } finally {
      liveness.rest();
    }
  }

  private Score score(Weights weights, long version, Sampling sampling, int count) {
    int tasks = Math.min(count, heldOut.size());
    SortedMap<Integer, Task> asked = new TreeMap<>();
    Tally tally = new Tally();
    tally.refused = heldOut.unreadable();
    SortedMap<Integer, Answer> answers = new TreeMap<>();
    int next = 0;
    while (next < tasks || generator.running() > 0) {
      liveness.beat();
      while (next < tasks && generator.freeSlots() > 0) {
        Task task = heldOut.get(next);
        submit(task, next, sampling, tally);
        task.setPictures(List.of());
        asked.put(next, task);
        next++;
      }
      checkGoingOn(version);
      for (Generation generation : generator.advance(weights, version)) {
        int index = Integer.parseInt(generation.id());
        String id = "evaluation-" + version + "-" + index;
        answers.put(index, answer(id, asked.remove(index), generation));
      }
    }
    generator.releaseMemory();
    for (Answer answer : answers.values()) {
      liveness.beat();
      judge(answer, version, tally);
    }
    return new Score(
        version,
        heldOut.source(),
        tally.judged,
        tally.correct,
        tally.refused,
        tally.reward / tally.judged,
        (double) tally.tokens / tally.judged);
  }

  private void submit(Task task, int index, Sampling sampling, Tally tally) {
    try {
      TokenSequence prompt =
          prompts.build(
              config.blankPictures()
                  ? BlankPictures.of(task, config.prompts().pictures().files())
                  : task);
      long seed = new SplittableRandom(config.seed() * 1_000_003 + index).nextLong();
      generator.submit(new GenerationRequest(Integer.toString(index), prompt, sampling, seed));
    } catch (PromptRefusedException | UnreadablePictureException | IOException e) {
      log.warn("skipped in the evaluation: {}", e.getMessage());
      tally.refused++;
    }
  }

  private void checkGoingOn(long version) {
    if (stopped) {
      throw new CancellationException("the evaluation of version " + version + " was stopped");
    }
  }

  /** What a model said to a task, and who judges it; a judge outside may still be at it. */
  private record Answer(
      Task task, String response, int tokens, CompletableFuture<Optional<Verifier>> verifier) {}

  private Answer answer(String id, Task task, Generation generation) {
    String response = profile.tokenizer().decodeResponse(generation.tokens()).text();
    JudgeRequest.Builder about =
        JudgeRequest.newBuilder()
            .setTrajectoryId(id)
            .setSourcePartition(0)
            .setSourceOffset(0)
            .setTaskId(task.getTaskId())
            .setPrompt(task.getPrompt())
            .setResponse(response)
            .setSegmentCharEnds(PackedArrays.pack(new int[] {response.length()}))
            .setAnswer(task.getAnswer());
    return new Answer(
        task, response, generation.tokens().length, panel.find(task.getVerifier(), about));
  }

  private void judge(Answer answer, long version, Tally tally) {
    Optional<Verdict> verdict = verdict(answer, version);
    if (verdict.isEmpty()) {
      tally.refused++;
      return;
    }
    tally.judged++;
    tally.correct += verdict.get().correct() ? 1 : 0;
    tally.reward += verdict.get().reward();
    tally.tokens += answer.tokens();
  }

  private Optional<Verdict> verdict(Answer answer, long version) {
    try {
      Optional<Verifier> verifier = verifier(answer, version);
      if (verifier.isPresent()) {
        return verdict(verifier.get(), answer);
      }
      log.warn(
          "skipped in the evaluation: task {} asks for the unknown verifier {}",
          answer.task().getTaskId(),
          answer.task().getVerifier());
    } catch (JudgePanel.NoVerdictException e) {
      skipped(answer, e);
    }
    return Optional.empty();
  }

  /** A verifier that stumbles over one response is no reason to evaluate nothing. */
  private static Optional<Verdict> verdict(Verifier verifier, Answer answer) {
    Task task = answer.task();
    try {
      return Optional.of(verifier.verify(answer.response(), task.getAnswer()));
    } catch (ReferenceAnswerException e) {
      skipped(answer, e);
    } catch (RuntimeException | StackOverflowError e) {
      log.error(
          "skipped in the evaluation: task {}: verifier {} failed",
          task.getTaskId(),
          verifier.name(),
          e);
    }
    return Optional.empty();
  }

  private static void skipped(Answer answer, RuntimeException why) {
    log.warn("skipped in the evaluation: task {}: {}", answer.task().getTaskId(), why.getMessage());
  }

  /** Waits for judges outside, until told to stop. */
  private Optional<Verifier> verifier(Answer answer, long version) {
    while (true) {
      liveness.beat();
      checkGoingOn(version);
      try {
        return answer.verifier().get(LOOK_UP_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        log.trace("task {} waits for its judges", answer.task().getTaskId());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof JudgePanel.NoVerdictException none) {
          throw none;
        }
        throw new IllegalStateException("asking judges", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("the evaluation was interrupted");
      }
    }
  }

  @Override
  public void close() {
    generator.close();
    panel.close();
    profile.close();
    heldOut.close();
  }
}
