package io.sapo.standalone.evaluation;

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
import io.sapo.schemas.Task;
import io.sapo.segmenter.verify.ReferenceAnswerException;
import io.sapo.segmenter.verify.Verdict;
import io.sapo.segmenter.verify.Verifiers;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts held-out tasks to a model and judges its answers. The same weights, tasks, sampling and seed
 * give the same score. For one thread, but for {@link #stop}; owns a generator and a tokenizer
 * until closed.
 */
public final class Evaluator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Evaluator.class);
  private static final int STEPS_PER_CALL = 16;

  private final EvaluationConfig config;
  private final CheckpointProfile profile;
  private final PromptBuilder prompts;
  private final Generator generator;
  private final Verifiers verifiers;
  private final HeldOutTasks heldOut;
  private volatile boolean stopped;

  /**
   * @param checkpoint for the tokenizer; its weights are not read
   * @param base what the weights to be evaluated stand on; stays the caller's
   * @throws io.sapo.producer.task.TaskFormatException when there are no tasks
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when the folder lacks a file
   */
  public Evaluator(EvaluationConfig config, CheckpointFolder checkpoint, BaseModel base) {
    this.config = config;
    this.heldOut = HeldOutTasks.read(config.tasks(), config.seed(), config.count());
    this.verifiers = Verifiers.load(config.verifiers());
    this.profile = CheckpointProfile.open(checkpoint, config.profile());
    try {
      log.info("{}: {}", checkpoint.path(), profile.description());
      this.prompts = new PromptBuilder(profile, config.maxPromptTokens(), config.pictures());
      this.generator = Generator.load(base.config(), options(config, profile), base.device());
    } catch (RuntimeException e) {
      profile.close();
      throw e;
    }
  }

  private static GeneratorOptions options(EvaluationConfig config, CheckpointProfile profile) {
    return new GeneratorOptions(
        config.slots(),
        config.maxPromptTokens() + config.sampling().maxNewTokens(),
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

  /** Ends an evaluation that is going on, and all later ones; from any thread. */
  void stop() {
    stopped = true;
  }

  /**
   * @param count most tasks asked, of those the configuration gives
   * @throws CancellationException when told to stop
   */
  public Score evaluate(Weights weights, long version, Sampling sampling, int count) {
    List<Task> tasks = heldOut.tasks().subList(0, Math.min(count, heldOut.tasks().size()));
    Tally tally = new Tally();
    tally.refused = heldOut.unreadable();
    int next = 0;
    while (next < tasks.size() || generator.running() > 0) {
      while (next < tasks.size() && generator.freeSlots() > 0) {
        submit(tasks.get(next), next, sampling, tally);
        next++;
      }
      if (stopped) {
        throw new CancellationException("the evaluation of version " + version + " was stopped");
      }
      for (Generation generation : generator.advance(weights, version)) {
        judge(tasks.get(Integer.parseInt(generation.id())), generation, tally);
      }
    }
    generator.releaseMemory();
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
              config.blankPictures() ? BlankPictures.of(task, config.pictures().files()) : task);
      long seed = new SplittableRandom(config.seed() * 1_000_003 + index).nextLong();
      generator.submit(new GenerationRequest(Integer.toString(index), prompt, sampling, seed));
    } catch (PromptRefusedException | UnreadablePictureException | IOException e) {
      log.warn("left out of the evaluation: {}", e.getMessage());
      tally.refused++;
    }
  }

  private void judge(Task task, Generation generation, Tally tally) {
    Optional<Verdict> verdict = verdict(task, generation);
    if (verdict.isEmpty()) {
      tally.refused++;
      return;
    }
    tally.judged++;
    tally.correct += verdict.get().correct() ? 1 : 0;
    tally.reward += verdict.get().reward();
    tally.tokens += generation.tokens().length;
  }

  private Optional<Verdict> verdict(Task task, Generation generation) {
    String response = profile.tokenizer().decodeResponse(generation.tokens()).text();
    try {
      Optional<Verdict> verdict =
          verifiers
              .find(task.getVerifier())
              .map(verifier -> verifier.verify(response, task.getAnswer()));
      if (verdict.isEmpty()) {
        log.warn(
            "left out of the evaluation: task {} asks for the unknown verifier {}",
            task.getTaskId(),
            task.getVerifier());
      }
      return verdict;
    } catch (ReferenceAnswerException e) {
      log.warn("left out of the evaluation: task {}: {}", task.getTaskId(), e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    generator.close();
    profile.close();
  }
}
