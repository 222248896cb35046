/**
 * From task to trajectory. {@link io.sapo.producer.rollout.RolloutProducer} is the service; its
 * loop is {@code RolloutWorker}: a task becomes a group of rollouts ({@code RolloutQueue}), which
 * start as far as the {@code StalenessGate} allows, are drawn by the engine with the {@code
 * WeightsInUse}, leave through the {@code ReorderBuffer} in an order that makes none late, and are
 * written by the {@code TrajectoryPublisher}. {@code QueueWatch} keeps the view of the queue that
 * the gate needs.
 *
 * <p>Several producers of one run divide the room among them by their heartbeats. What one of them
 * publishes can still overtake a long response of another; the learner drops and counts what is
 * late.
 */
package io.sapo.producer.rollout;
