package io.sapo.learner.fold;

/**
 * Hex SHA-256 of a training state's tensors.
 *
 * @param critic null without a critic
 * @param optimizer of all optimizers' moments and step counts
 */
public record StateHashes(String actor, String critic, String optimizer) {}
