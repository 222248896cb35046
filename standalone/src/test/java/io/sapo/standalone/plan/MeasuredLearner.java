package io.sapo.standalone.plan;

import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.Position;
import io.sapo.learner.input.TrainedTokens;
import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.adapter.InitialWeights;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.schemas.InputRange;
import io.sapo.standalone.run.TorchThreads;
import io.sapo.testing.ProcessMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A process that does the work of a learner's updates on trajectories as long as they may be, and
 * prints what the plan says and the most that it ever had resident. Arguments: a checkpoint folder,
 * then settings.
 */
public final class MeasuredLearner {
  private static final int UPDATES = 2;
  private static final int SEGMENT = 8;

  private MeasuredLearner() {}

  /** As printed; bytes. */
  record Result(long planned, long measured) {
    double ratio() {
      return (double) planned / measured;
    }
  }

  static Result parse(String line) {
    String[] numbers = line.split(" ");
    return new Result(Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
  }

  public static void main(String[] arguments) throws IOException {
    ConfigLoader loader = new ConfigLoader().set("model.checkpoint=" + arguments[0]);
    Arrays.stream(arguments).skip(1).forEach(loader::set);
    Settings settings = ModelDefaults.fit(loader.load());
    CheckpointFolder folder = CheckpointFolder.open(Path.of(arguments[0]));
    TorchThreads.use(settings);
    Binding binding = new Binding(settings);
    train(binding.learner(), settings, folder, binding);
    Planner planner = new Planner(settings, folder.config(), folder.storedType(), Machine.here());
    Need need = planner.plan(OptionalDouble.empty()).role("learner");
    need.parts().forEach(part -> System.out.println(part.name() + " " + Units.bytes(part.bytes())));
    // Neither pictures nor publication are part of what is done here.
    long planned = need.bytes() - need.bytes("vision tower") - need.bytes("published copy");
    System.out.println("result " + planned + " " + ProcessMemory.peakBytes());
  }

  private static void train(
      LearnerConfig config, Settings settings, CheckpointFolder folder, Binding binding)
      throws IOException {
    try (BaseModel base = binding.base(folder);
        Networks networks = Networks.load(base, config.algorithm().usesCritic());
        TrainingState state =
            TrainingState.initial(
                InitialWeights.of(base, folder, null, config.seed()), config.algorithm())) {
      Update update =
          new Update(
              config,
              networks,
              System::nanoTime,
              settings.wide("learner.activation-mib") << 20,
              () -> {});
      System.gc();
      ProcessMemory.forgetPeak();
      for (int i = 0; i < UPDATES; i++) {
        update.apply(state, batch(config, binding, base.config().vocabSize(), state.version()));
      }
    }
  }

  private static Batch batch(LearnerConfig config, Binding binding, int vocabulary, long version) {
    int response = binding.producer("p", Path.of("")).rollouts().sampling().maxNewTokens();
    int prompt = binding.producer("p", Path.of("")).prompts().maxTokens();
    List<TrainingExample> examples = new ArrayList<>();
    for (int row = 0; row < config.batch().size(); row++) {
      examples.add(example(row, prompt, response, vocabulary, version));
    }
    InputRange range =
        new InputRange(0, 0L, (long) config.batch().size(), config.batch().size(), List.of());
    return new Batch(examples, List.of(range), new TreeMap<>());
  }

  private static TrainingExample example(
      int row, int prompt, int response, int vocabulary, long version) {
    Random random = new Random(row);
    int[] ends = IntStream.rangeClosed(1, response / SEGMENT).map(i -> i * SEGMENT - 1).toArray();
    ends[ends.length - 1] = response - 1;
    double[] rewards = new double[ends.length];
    rewards[ends.length - 1] = row % 2;
    return new TrainingExample(
        new TrainingExample.Origin(new Position(0, row), "t" + row, "task", 0, row),
        TokenSequence.text(
            random.ints(prompt, 3, vocabulary / 2).toArray(),
            random.ints(response, 3, vocabulary / 2).toArray()),
        TrainingExample.Sampled.at(1, response),
        new TrainedTokens(
            IntStream.range(0, response).toArray(),
            ends,
            IntStream.range(0, ends.length).toArray(),
            rewards,
            ends.length,
            random.doubles(response, -2 * Math.log(vocabulary), -0.1).toArray(),
            LongStream.generate(() -> version).limit(response).toArray()),
        row % 2,
        row % 2 > 0,
        new TrainingExample.Group(1, 1, row % 2, 0),
        version);
  }

  /** Pages of the checkpoint's files, which the system takes back when it needs them, go first. */
}
