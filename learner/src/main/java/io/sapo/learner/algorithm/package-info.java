/**
 * The mathematics of the algorithms: pure functions over flat arrays in double precision, with
 * analytic gradients. Nothing here knows a network, a topic or a file.
 *
 * <p>Data path: {@link io.sapo.learner.algorithm.Experience} → rewards, advantages, returns,
 * whitening ({@link io.sapo.learner.algorithm.Targets}) → {@link
 * io.sapo.learner.algorithm.MiniBatch} → losses with gradients ({@link
 * io.sapo.learner.algorithm.PolicyLoss}, {@link io.sapo.learner.algorithm.ValueLoss}).
 */
package io.sapo.learner.algorithm;
