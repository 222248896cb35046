package io.sapo.bench;

import ai.djl.Device;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.config.BatchSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.learner.config.StepSettings;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.policy.device.Devices;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.training.AdamWConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Whole updates (scores of actor, reference and critic, targets, a step of each network) against
 * plain matrix products. Sequences are trained on eight at a time, so that limit and candidate take
 * turns often; each eight pays for optimizer steps of its own. Two times eight, thoroughly all 32.
 */
final class UpdateBench implements Bench {
  private static final int ROUNDS = 2;
  private static final int THOROUGH_ROUNDS = 4;
  private static final int ROWS = 8;
  private static final int PROMPT = 128;
  private static final int RESPONSE = 384;

  /** Passes of a network without gradients: one by the actor, one by the reference, one critic. */
  private static final int SCORED = 2;

  @Override
  public String name() {
    return "update";
  }

  @Override
  public String about() {
    return "25 M parameters, 32 x 512 tokens, against the rate of a plain matrix product";
  }

  static LearnerConfig config(int rows, int microBatchTokens, int longest) {
    return new LearnerConfig(
        NetworkSettings.WHOLE,
        AlgorithmSettings.of(Algorithm.SAPO),
        new BatchSettings(rows, longest, 1, 0),
        new StepSettings(rows, microBatchTokens, 1, 0),
        new OptimizerSettings(1e-6, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT),
        new OptimizerSettings(2e-6, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT),
        1,
        LearnerConfig.MATHEMATICS);
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Device device = Devices.open(settings.device());
    LearnerConfig config = config(ROWS, 2048, PROMPT + RESPONSE);
    BenchModel model = BenchModel.M25;
    List<Map<String, Double>> reports = new ArrayList<>();
    Alternating rates;
    try (MatrixProduct product = new MatrixProduct(device);
        Networks networks = Networks.load(BaseModel.trainedWhole(model.config(), device), true);
        TrainingState state =
            TrainingState.initial(
                Weights.random(model.config(), Head.LANGUAGE_MODEL, 1, device),
                config.algorithm())) {
      Update update = new Update(config, networks, System::nanoTime);
      update.apply(state, SyntheticBatch.of(1, PROMPT, 64, model.vocabulary(), 0, new Random(1)));
      product.rate();
      rates =
          Alternating.measure(
              settings.thorough() ? THOROUGH_ROUNDS : ROUNDS,
              product::rate,
              () -> {
                Map<String, Double> report =
                    update
                        .apply(
                            state,
                            SyntheticBatch.of(
                                ROWS,
                                PROMPT,
                                RESPONSE,
                                model.vocabulary(),
                                state.version(),
                                new Random(state.version())))
                        .report()
                        .metrics();
                reports.add(report);
                settings.progress().accept("update: " + report.get("seconds_update") + " s");
                return operations(model) / report.get("seconds_update");
              });
    }
    return rows(rates, reports, model);
  }

  /** Of a whole update: a pass with gradients costs three without. */
  private static double operations(BenchModel model) {
    int fed = PROMPT + RESPONSE - 1;
    double actor = model.forwardOperations(fed, RESPONSE, model.vocabulary());
    double critic = model.forwardOperations(fed, RESPONSE, 1);
    return ROWS * ((SCORED + 3) * actor + (1 + 3) * critic);
  }

  private List<Row> rows(Alternating rates, List<Map<String, Double>> reports, BenchModel model) {
    double seconds = median(reports, "seconds_update");
    double own = new AlgorithmWork(ROWS, RESPONSE, 1).seconds(15);
    int fed = PROMPT + RESPONSE - 1;
    double actor = ROWS * model.forwardOperations(fed, RESPONSE, model.vocabulary());
    double critic = ROWS * model.forwardOperations(fed, RESPONSE, 1);
    double limit = rates.limit();
    return List.of(
        Row.atLeast(name(), "rate / rate of a matrix product", rates.ratio(), "ratio", 0.6),
        Row.atMost(name(), "SAPO's own share of the time", own / seconds, "ratio", 0.02),
        Row.info(name(), "rate of a matrix product", limit / 1e9, "GFLOP/s"),
        Row.info(name(), "tokens trained", ROWS * (PROMPT + RESPONSE) / seconds, "1/s"),
        Row.info(
            name(),
            "scoring alone, ratio",
            (2 * actor + critic) / median(reports, "seconds_score") / limit,
            "ratio"),
        Row.info(
            name(),
            "policy step alone, ratio",
            3 * actor / median(reports, "seconds_policy") / limit,
            "ratio"),
        Row.info(
            name(),
            "value step alone, ratio",
            3 * critic / median(reports, "seconds_value") / limit,
            "ratio"));
  }

  private static double median(List<Map<String, Double>> reports, String metric) {
    return Medians.of(reports.stream().mapToDouble(report -> report.get(metric)).toArray());
  }
}
