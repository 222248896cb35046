package io.sapo.bench;

import java.util.List;

/** SAPO itself, without the networks. */
final class AlgorithmBench implements Bench {
  @Override
  public String name() {
    return "algorithm";
  }

  @Override
  public String about() {
    return "segments, advantages, policy and value loss with gradients of 512 x 2,048 tokens";
  }

  @Override
  public List<Row> run(BenchSettings settings) {
    double seconds = new AlgorithmWork(512, 2048, 1).seconds(9);
    return List.of(
        Row.atMost(name(), "segments, advantages, both losses with gradients", seconds, "s", 0.25));
  }
}
