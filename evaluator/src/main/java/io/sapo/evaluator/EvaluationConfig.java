package io.sapo.evaluator;

import io.sapo.policy.generation.Sampling;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.task.TaskSpec;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.verifier.VerifierSettings;
import java.util.List;

/**
 * How a model is examined.
 *
 * @param tasks specification of the held-out tasks
 * @param count most tasks asked, before and after training and by {@code evaluate}
 * @param interimCount most tasks asked in between
 * @param every versions between two evaluations while training; 0 for none
 * @param sampling as the paper evaluates; greedy is the same with temperature 0
 * @param seed of the tasks drawn and of the token draws
 * @param profile how the checkpoint is asked, and what ends its answers
 * @param pictures how pictures are taken
 * @param slots responses generated at a time
 * @param judges outside the stream, which are asked here as they are there
 * @param blankPictures whether every picture is replaced by a white one of its size
 */
public record EvaluationConfig(
    TaskSpec tasks,
    int count,
    int interimCount,
    int every,
    Sampling sampling,
    long seed,
    ProfileSettings profile,
    PictureSettings pictures,
    int maxPromptTokens,
    int slots,
    VerifierSettings verifiers,
    List<JudgeSettings> judges,
    boolean blankPictures) {

  public Sampling greedy() {
    return Sampling.greedy(sampling.maxNewTokens());
  }

  public EvaluationConfig withBlankPictures(boolean blank) {
    return new EvaluationConfig(
        tasks,
        count,
        interimCount,
        every,
        sampling,
        seed,
        profile,
        pictures,
        maxPromptTokens,
        slots,
        verifiers,
        judges,
        blank);
  }
}
