package io.sapo.bench;

import ai.djl.Device;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** How an update's peak memory grows with the length of a sequence. Linux only. */
final class MemoryBench implements Bench {
  private static final int LONGEST = 8192;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String about() {
    return "peak memory of an update, sequences of 1,024 to 8,192 tokens";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Device device = Device.cpu();
    BenchModel model = BenchModel.TINY;
    LearnerConfig config = UpdateBench.config(1, LONGEST, LONGEST);
    List<Double> peaks = new ArrayList<>();
    try (Networks networks = Networks.load(BaseModel.trainedWhole(model.config(), device), true);
        TrainingState state =
            TrainingState.initial(
                Weights.random(model.config(), Head.LANGUAGE_MODEL, 1, device),
                config.algorithm())) {
      Update update = new Update(config, networks, System::nanoTime);
      for (int length = 512; length <= LONGEST; length *= 2) {
        forgetPeak();
        update.apply(
            state,
            SyntheticBatch.of(
                1, 64, length - 64, model.vocabulary(), state.version(), new Random(length)));
        peaks.add(peakMiB());
        settings.progress().accept("memory: %d tokens, %.0f MiB".formatted(length, peakMiB()));
      }
    }
    int last = peaks.size() - 1;
    double from = peaks.get(last - 1) - peaks.get(last - 2);
    double to = peaks.get(last) - peaks.get(last - 1);
    return List.of(
        Row.atMost(
            name(),
            "exponent of the peak's growth up to 8,192 tokens",
            exponent(from, to),
            "exponent",
            1.15),
        Row.info(name(), "growth from 4,096 to 8,192 tokens", to * 1024 / 4096, "KiB/token"));
  }

  /** Not a number where the peak did not grow: then something else than the update made it. */
  static double exponent(double from, double to) {
    return from > 0 && to > 0 ? Math.log(to / from) / Math.log(2) : Double.NaN;
  }

  /** Lets the kernel's peak of this process start from now. */
  private static void forgetPeak() throws IOException {
    System.gc();
    Files.writeString(Path.of("/proc/self/clear_refs"), "5");
  }

  private static double peakMiB() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }
}
