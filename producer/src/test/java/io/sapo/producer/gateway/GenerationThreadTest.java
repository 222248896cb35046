package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.rollout.WeightsInUse;
import io.sapo.producer.weights.FollowedWeights;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GenerationThreadTest {
  /** Takes nothing. */
  private static final class BrokenEngine implements RolloutEngine {
    @Override
    public int freeSlots() {
      return 1;
    }

    @Override
    public int running() {
      return 0;
    }

    @Override
    public void use(Weights weights, long version) {}

    @Override
    public void submit(GenerationRequest request) {
      throw new IllegalStateException("the device is gone");
    }

    @Override
    public List<Outcome> advance() {
      return List.of();
    }

    @Override
    public void close() {}
  }

  @Test
  void whoeverAskedHearsOfAnEngineThatFails() {
    Iterator<FollowedWeights> versions = List.of(new FollowedWeights(0, null, () -> {})).iterator();
    WeightsInUse weights =
        new WeightsInUse(
            () -> versions.hasNext() ? Optional.of(versions.next()) : Optional.empty(),
            WeightUptake.IN_FLIGHT);
    GenerationThread thread = new GenerationThread(new BrokenEngine(), weights, 4);
    GenerationRequest request =
        new GenerationRequest(
            "one", TokenSequence.text(new int[] {1}, new int[0]), new Sampling(1, 1, 0, 4), 1);
    thread.start();
    CompletableFuture<Outcome> answer = thread.generate(request, Optional.empty());
    assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(GatewayException.class);
    assertThatThrownBy(() -> thread.done().get(20, TimeUnit.SECONDS))
        .hasMessageContaining("the device is gone");
  }
}
