/**
 * Rollout producers: {@code task} (where prompts come from) → {@code prompt} (what the network is
 * fed) → {@code rollout} (the loop that generates and publishes, and the service around it), with
 * {@code weights} following what the learner commits and {@code figures} the learning task.
 *
 * <p>Start at {@link io.sapo.producer.rollout.RolloutProducer}.
 */
package io.sapo.producer;
