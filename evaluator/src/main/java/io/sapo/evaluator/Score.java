package io.sapo.evaluator;

import io.sapo.policy.generation.Sampling;
import io.sapo.schemas.Evaluation;

/**
 * What came out of one evaluation.
 *
 * @param tasks answered and judged
 * @param refused tasks that could not be put to the model or judged; not among {@code tasks}
 * @param meanResponseTokens end-of-text included
 */
public record Score(
    long version,
    String source,
    int tasks,
    int correct,
    int refused,
    double meanReward,
    double meanResponseTokens) {

  /** Share of right answers; NaN when no task was judged. */
  public double accuracy() {
    return (double) correct / tasks;
  }

  Evaluation toRecord(Sampling sampling, long seed, long nowMs) {
    return Evaluation.newBuilder()
        .setVersion(version)
        .setSource(source)
        .setTasks(tasks)
        .setCorrect(correct)
        .setAccuracy(accuracy())
        .setMeanReward(meanReward)
        .setMeanResponseTokens(meanResponseTokens)
        .setSampling(
            io.sapo.schemas.Sampling.newBuilder()
                .setTemperature(sampling.temperature())
                .setTopP(sampling.topP())
                .setTopK(sampling.topK())
                .setMaxNewTokens(sampling.maxNewTokens())
                .build())
        .setSeed(seed)
        .setAtMs(nowMs)
        .build();
  }
}
