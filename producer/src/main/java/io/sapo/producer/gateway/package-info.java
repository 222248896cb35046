/**
 * Rollouts that somebody else asks for: an agent or a harness talks to the policy, and what was
 * generated for it becomes trajectories. {@link io.sapo.producer.gateway.Gateway} is the service;
 * it speaks no protocol of its own.
 */
package io.sapo.producer.gateway;
