package io.sapo.policy.generation;

/**
 * A finished response; one entry a token in each array.
 *
 * @param tokens with the end-of-sequence token, or the one in which a stop text ended, where there
 *     is one
 * @param logProbs natural logarithm of the token's probability in the distribution it was drawn
 *     from, that is after temperature, top-k and top-p; 0 when greedy
 * @param entropies that distribution's entropy in nats
 * @param versions weight version that produced the token
 */
public record Generation(
    String id,
    int[] tokens,
    float[] logProbs,
    float[] entropies,
    long[] versions,
    FinishReason finishReason) {}
