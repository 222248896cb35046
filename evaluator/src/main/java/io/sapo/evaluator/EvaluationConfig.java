package io.sapo.evaluator;

import io.sapo.policy.generation.Sampling;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.task.TaskSpec;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.verifier.VerifierSettings;
import java.util.List;

/**
 * How a model is evaluated.
 *
 * @param tasks specification of the held-out tasks
 * @param sampling as the paper evaluates; greedy is the same with temperature 0
 * @param seed of the choice of tasks and of token sampling
 * @param slots responses generated at a time
 * @param judges outside the stream, which are asked here as they are there
 * @param blankPictures whether every picture is replaced by a white one of its size
 */
public record EvaluationConfig(
    TaskSpec tasks,
    Schedule schedule,
    Sampling sampling,
    long seed,
    PromptSettings prompts,
    int slots,
    VerifierSettings verifiers,
    List<JudgeSettings> judges,
    boolean blankPictures) {

  /**
   * How often, and how much is asked.
   *
   * @param tasks most tasks asked, before and after training and by {@code evaluate}
   * @param interimTasks most tasks asked in between
   * @param every versions between two evaluations while training; 0 for none
   */
  public record Schedule(int tasks, int interimTasks, int every) {}

  public Sampling greedy() {
    return Sampling.greedy(sampling.maxNewTokens());
  }

  public EvaluationConfig withBlankPictures(boolean blank) {
    return new EvaluationConfig(
        tasks, schedule, sampling, seed, prompts, slots, verifiers, judges, blank);
  }
}
