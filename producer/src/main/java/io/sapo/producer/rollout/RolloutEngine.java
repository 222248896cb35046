package io.sapo.producer.rollout;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.network.Weights;
import java.util.List;

/** What the worker needs of a {@link Generator}; its rules of use hold. */
interface RolloutEngine extends AutoCloseable {
  int freeSlots();

  int running();

  void submit(GenerationRequest request);

  List<Generation> advance(Weights weights, long version);

  @Override
  void close();

  /** The generator becomes the engine's to close. */
  static RolloutEngine of(Generator generator) {
    return new RolloutEngine() {
      @Override
      public int freeSlots() {
        return generator.freeSlots();
      }

      @Override
      public int running() {
        return generator.running();
      }

      @Override
      public void submit(GenerationRequest request) {
        generator.submit(request);
      }

      @Override
      public List<Generation> advance(Weights weights, long version) {
        return generator.advance(weights, version);
      }

      @Override
      public void close() {
        generator.close();
      }
    };
  }
}
