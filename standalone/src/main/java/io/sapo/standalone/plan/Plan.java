package io.sapo.standalone.plan;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a run with a model will need.
 *
 * @param pace null where no matrix product was measured
 */
public record Plan(ModelSizes sizes, List<Need> roles, Records records, Pace pace) {

  public static Plan of(Workload work, OptionalDouble matrixRate) {
    return new Plan(
        work.sizes(),
        List.of(
            TrainNeed.of(work),
            LearnerNeed.of(work),
            GenerationNeed.producer(work),
            GenerationNeed.gateway(work),
            GenerationNeed.evaluator(work),
            StreamNeed.segmenter(),
            StreamNeed.broker()),
        Records.of(work),
        matrixRate.isPresent() ? Pace.of(work, matrixRate.getAsDouble()) : null);
  }

  /**
   * @throws IllegalArgumentException where there is no such role
   */
  public Need role(String name) {
    return roles.stream()
        .filter(need -> need.role().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no plan for " + name));
  }
}
