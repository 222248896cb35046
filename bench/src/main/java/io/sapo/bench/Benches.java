package io.sapo.bench;

import java.util.ArrayList;
import java.util.List;

/** The benchmarks. */
public final class Benches {
  private Benches() {}

  /** Those of {@code bench all}, in the order in which they are run. */
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

  /** With those that need what a machine may lack. */
  static List<Bench> known() {
    List<Bench> known = new ArrayList<>(all());
    known.add(new TransformersBench());
    return known;
  }
}
