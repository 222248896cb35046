package io.sapo.bench;

import ai.djl.Device;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Whether a token costs the same early and late in a run. Costs are counted in plain matrix
 * products measured beside them, so that changes of the machine's speed cancel out.
 */
final class ScaleBench implements Bench {
  private static final int WINDOWS = 12;
  private static final int COMPARED = 4;

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public String about() {
    return "cost a token early and late in a run; 10^7 tokens with --thorough, else 10^5 to 10^6";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    List<Row> rows = new ArrayList<>();
    rows.add(algorithm());
    try (MatrixProduct product = new MatrixProduct(Device.cpu())) {
      product.rate();
      rows.add(update(product, settings.thorough() ? 10_000_000 : 100_000));
      settings.progress().accept("scale: updates measured");
      rows.add(rollout(product, settings.thorough() ? 10_000_000 : 400_000));
    }
    return rows;
  }

  private Row row(String stage, double change) {
    return Row.atMost(name(), stage + ": change of the cost a token", change, "ratio", 0.1);
  }

  private Row algorithm() {
    double few = new AlgorithmWork(49, 2048, 1).seconds(9) / 49;
    double many = new AlgorithmWork(4900, 2048, 1).seconds(3) / 4900;
    return row("algorithm, 10^5 and 10^7 tokens", Math.max(0, many / few - 1));
  }

  /** Seconds that a window took. */
  private interface Window {
    double run();
  }

  private static double change(MatrixProduct product, Window window) throws Exception {
    return Alternating.measure(WINDOWS, product::rate, () -> 1 / window.run()).change(COMPARED);
  }

  private Row update(MatrixProduct product, int tokens) throws Exception {
    BenchModel model = BenchModel.NANO;
    int rows = 16;
    int length = 128;
    int updates = Math.max(1, tokens / WINDOWS / rows / length);
    LearnerConfig config = UpdateBench.config(rows, 2048, length);
    try (Networks networks =
            Networks.load(BaseModel.trainedWhole(model.config(), Device.cpu()), true);
        TrainingState state =
            TrainingState.initial(
                Weights.random(model.config(), Head.LANGUAGE_MODEL, 1, Device.cpu()),
                config.algorithm())) {
      Update update = new Update(config, networks, System::nanoTime);
      Window window =
          () -> {
            long begun = System.nanoTime();
            for (int i = 0; i < updates; i++) {
              update.apply(
                  state,
                  SyntheticBatch.of(
                      rows,
                      length / 4,
                      length * 3 / 4,
                      model.vocabulary(),
                      state.version(),
                      new Random(i)));
            }
            return Medians.seconds(begun);
          };
      window.run();
      return row("update", change(product, window));
    }
  }

  private Row rollout(MatrixProduct product, int tokens) throws Exception {
    BenchModel model = BenchModel.NANO;
    int slots = 64;
    int each = 64;
    int rounds = Math.max(1, tokens / WINDOWS / slots / each);
    GeneratorOptions options = new GeneratorOptions(slots, 16 + each, 16, List.of(2));
    try (Weights weights = Weights.random(model.config(), Head.LANGUAGE_MODEL, 1, Device.cpu());
        Generator generator = Generator.load(model.config(), options, Device.cpu())) {
      Window window =
          () -> {
            long begun = System.nanoTime();
            for (int round = 0; round < rounds; round++) {
              for (int slot = 0; slot < slots; slot++) {
                int[] prompt = new Random(slot).ints(16, 3, model.vocabulary()).toArray();
                generator.submit(
                    new GenerationRequest(
                        "r",
                        TokenSequence.text(prompt, new int[0]),
                        Sampling.at(1, each),
                        round * slots + slot));
              }
              while (generator.running() > 0) {
                generator.advance(weights, 0);
              }
            }
            return Medians.seconds(begun);
          };
      window.run();
      return row("rollout", change(product, window));
    }
  }
}
