package io.sapo.producer;

import io.sapo.policy.generation.Sampling;

/**
 * How responses are generated.
 *
 * @param groupSize rollouts per task
 * @param slots responses generated at a time
 * @param stepsPerCall tokens drawn for each of them before slots are filled again and weights are
 *     taken up
 * @param device {@code cpu}, {@code gpu} or {@code gpu0}, {@code gpu1}, …
 */
public record RolloutSettings(
    Sampling sampling,
    int groupSize,
    int slots,
    int stepsPerCall,
    WeightUptake uptake,
    String device) {}
