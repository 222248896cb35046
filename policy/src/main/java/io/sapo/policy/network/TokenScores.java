package io.sapo.policy.network;

/**
 * What the policy says about the response tokens of a batch.
 *
 * @param logProbs [sequence][response token], log softmax(logits / temperature) of the token
 * @param entropies [sequence][response token], entropy in nats of the distribution the token was
 *     scored under
 */
public record TokenScores(float[][] logProbs, float[][] entropies) {}
