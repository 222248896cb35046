package io.sapo.producer.rollout;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.network.Weights;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToIntFunction;

/** One token a call for every request, until each has the length that the test gives it. */
final class ScriptedEngine implements RolloutEngine {
  private final int slots;
  private final ToIntFunction<GenerationRequest> length;
  private long version;
  private final List<Running> running = new ArrayList<>();
  final List<GenerationRequest> submitted = new ArrayList<>();
  int refuses;

  private record Running(GenerationRequest request, List<Long> versions) {}

  ScriptedEngine(int slots, ToIntFunction<GenerationRequest> length) {
    this.slots = slots;
    this.length = length;
  }

  @Override
  public int freeSlots() {
    return slots - running.size();
  }

  @Override
  public int running() {
    return running.size();
  }

  @Override
  public void submit(GenerationRequest request) {
    if (refuses > 0) {
      refuses--;
      throw new IllegalArgumentException("not for this engine");
    }
    submitted.add(request);
    running.add(new Running(request, new ArrayList<>()));
  }

  @Override
  public void use(Weights weights, long nextVersion) {
    version = nextVersion;
  }

  @Override
  public List<Outcome> advance() {
    List<Outcome> finished = new ArrayList<>();
    for (Iterator<Running> each = running.iterator(); each.hasNext(); ) {
      Running next = each.next();
      next.versions().add(version);
      int tokens = next.versions().size();
      if (tokens == length.applyAsInt(next.request())) {
        each.remove();
        int[] letters = new int[tokens];
        Arrays.fill(letters, 'a');
        finished.add(
            new Outcome.Generated(
                new Generation(
                    next.request().id(),
                    letters,
                    new float[tokens],
                    new float[tokens],
                    next.versions().stream().mapToLong(Long::longValue).toArray(),
                    FinishReason.LENGTH),
                0));
      }
    }
    return finished;
  }

  @Override
  public void close() {}
}
