package io.sapo.producer;

import io.sapo.policy.generation.Sampling;

/**
 * How responses are generated.
 *
 * @param groupSize rollouts per task
 * @param slots responses generated at a time
 * @param stepsPerCall decode steps before slots are filled again and new weights are loaded
 * @param device {@code cpu}, {@code gpu} or {@code gpu0}, {@code gpu1}, …
 */
public record RolloutSettings(
    Sampling sampling,
    int groupSize,
    int slots,
    int stepsPerCall,
    WeightUptake uptake,
    String device) {}
