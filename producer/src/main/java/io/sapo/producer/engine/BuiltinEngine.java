package io.sapo.producer.engine;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.network.Weights;
import java.util.List;

/** The generator of this process, which it owns. */
public final class BuiltinEngine implements RolloutEngine {
  private final Generator generator;
  private Weights weights;
  private long version;

  public BuiltinEngine(Generator generator) {
    this.generator = generator;
  }

  @Override
  public int freeSlots() {
    return generator.freeSlots();
  }

  @Override
  public int running() {
    return generator.running();
  }

  @Override
  public void use(Weights next, long nextVersion) {
    weights = next;
    version = nextVersion;
  }

  @Override
  public void submit(GenerationRequest request) {
    generator.submit(request);
  }

  @Override
  public List<Outcome> advance() {
    List<Generation> ended = generator.advance(weights, version);
    return ended.stream().<Outcome>map(generation -> new Outcome.Drawn(generation, 0)).toList();
  }

  @Override
  public void close() {
    generator.close();
  }
}
