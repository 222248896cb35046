package io.sapo.bench;

import java.util.List;

/** All benchmarks, in the order in which they are run. */
public final class Benches {
  private Benches() {}

  public static List<Bench> all() {
    return List.of(
        new AlgorithmBench(),
        new UpdateBench(),
        new RolloutBench(),
        new SegmenterBench(),
        new VerifierBench(),
        new WeightsBench(),
        new PipelineBench(),
        new MemoryBench(),
        new ScaleBench());
  }
}
