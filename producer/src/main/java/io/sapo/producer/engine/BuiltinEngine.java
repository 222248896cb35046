package io.sapo.producer.engine;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.network.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The generator of this process, which it owns. */
public final class BuiltinEngine implements RolloutEngine {
  private final Generator generator;
  private final Map<String, TokenListener> listeners = new LinkedHashMap<>();
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
  public void submit(GenerationRequest request, TokenListener listener) {
    generator.submit(request);
    listeners.put(request.id(), listener);
  }

  @Override
  public List<Outcome> advance() {
    List<Generation> ended = generator.advance(weights, version);
    ended.forEach(generation -> listeners.remove(generation.id()));
    listeners.forEach((id, listener) -> listener.sampled(generator.generatedSoFar(id)));
    return ended.stream().<Outcome>map(generation -> new Outcome.Generated(generation, 0)).toList();
  }

  @Override
  public void close() {
    generator.close();
  }
}
