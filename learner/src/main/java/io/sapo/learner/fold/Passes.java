package io.sapo.learner.fold;

import io.sapo.policy.device.NativeHeap;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.training.ActivationMemory;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.Retention;
import io.sapo.policy.training.TrainableModel;
import io.sapo.policy.training.ValueForward;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The forward passes of one update's optimizer steps. An update of a single step computes its
 * gradients at the weights it starts from: the passes that score the batch are then differentiated
 * as well, and no second forward pass is made. The activations kept until then are bounded; the
 * bits do not depend on the bound.
 *
 * <p>Owns the passes held until they are taken or this is closed. For the training thread.
 */
final class Passes implements AutoCloseable {
  private final ActivationMemory memory;
  private final long budget;
  private final Runnable beforeStep;
  private final Deque<PolicyForward> policies = new ArrayDeque<>();
  private final Deque<ValueForward> values = new ArrayDeque<>();
  private final PassCount count = new PassCount();
  private long held;

  /**
   * @param budget bytes of activations that may be kept at a time
   * @param beforeStep called before an optimizer changes the state
   */
  Passes(ActivationMemory memory, long budget, Runnable beforeStep) {
    this.memory = memory;
    this.budget = budget;
    this.beforeStep = beforeStep;
  }

  /** A forward pass made now, and held for the step, in order. */
  PolicyForward hold(TrainableModel actor, TokenAxis micro) {
    PolicyForward forward = forwardPolicy(actor, micro, retention(micro.sequences()));
    policies.add(forward);
    return forward;
  }

  /** As {@link #hold}, of the critic. */
  ValueForward holdValues(TrainableModel critic, TokenAxis micro) {
    ValueForward forward = forwardValues(critic, micro, retention(micro.valued()));
    values.add(forward);
    return forward;
  }

  PassCount count() {
    return count;
  }

  private Retention retention(List<TokenSequence> sequences) {
    Retention retention = memory.within(sequences, budget - held);
    held += memory.bytes(sequences, retention);
    return retention;
  }

  /** The pass held for this micro-batch, or one made now; the caller closes it. */
  PolicyForward policy(TrainableModel actor, TokenAxis micro) {
    PolicyForward next = policies.poll();
    return next != null
        ? next
        : forwardPolicy(actor, micro, memory.within(micro.sequences(), budget));
  }

  /** As {@link #policy}, of the critic. */
  ValueForward value(TrainableModel critic, TokenAxis micro) {
    ValueForward next = values.poll();
    return next != null
        ? next
        : forwardValues(critic, micro, memory.within(micro.valued(), budget));
  }

  private ValueForward forwardValues(TrainableModel critic, TokenAxis micro, Retention retention) {
    count.critic(micro);
    makeRoom(retention);
    return critic.forwardValues(micro.valued(), retention);
  }

  private PolicyForward forwardPolicy(TrainableModel actor, TokenAxis micro, Retention retention) {
    count.actor(micro);
    makeRoom(retention);
    return actor.forward(micro.sequences(), micro.temperature(), retention);
  }

  /**
   * Where not all activations can be kept, memory is short: free memory that malloc holds in
   * fragments is returned first. It can be a third of what is resident.
   */
  private static void makeRoom(Retention retention) {
    if (!retention.equals(Retention.EVERYTHING)) {
      NativeHeap.trim();
    }
  }

  /**
   * @throws NotSettledException when that fails: no fault of the batch
   */
  void beforeStep() {
    try {
      beforeStep.run();
    } catch (RuntimeException e) {
      throw new NotSettledException(e);
    }
  }

  @Override
  public void close() {
    policies.forEach(PolicyForward::close);
    values.forEach(ValueForward::close);
  }
}
