package io.sapo.bench;

import io.sapo.learner.input.Batch;
import io.sapo.learner.input.Position;
import io.sapo.learner.input.TrainedTokens;
import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.network.TokenSequence;
import io.sapo.schemas.InputRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Trajectories out of random tokens, of which 30 % end a segment. */
final class SyntheticBatch {
  private static final double ENDS = 0.3;

  private SyntheticBatch() {}

  /** Examples of the given prompt and response lengths, begun with the given version. */
  static Batch of(int rows, int prompt, int response, int vocabulary, long version, Random random) {
    List<TrainingExample> examples = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      examples.add(example(row, prompt, response, vocabulary, version, random));
    }
    InputRange range = new InputRange(0, 0L, (long) rows, rows, List.of());
    return new Batch(examples, List.of(range), new TreeMap<>());
  }

  private static TrainingExample example(
      int row, int prompt, int response, int vocabulary, long version, Random random) {
    int[] ends = segmentEnds(response, random);
    double[] rewards = new double[ends.length];
    double outcome = random.nextInt(2);
    rewards[rewards.length - 1] = outcome;
    return new TrainingExample(
        new TrainingExample.Origin(new Position(0, row), "t" + row, "task", 0, row),
        TokenSequence.text(
            tokens(prompt, vocabulary, random), tokens(response, vocabulary, random)),
        TrainingExample.Sampled.at(1, response),
        new TrainedTokens(
            IntStream.range(0, response).toArray(),
            ends,
            IntStream.range(0, ends.length).toArray(),
            rewards,
            ends.length,
            random.doubles(response, -2 * Math.log(vocabulary), -0.1).toArray(),
            LongStream.generate(() -> version).limit(response).toArray()),
        outcome,
        outcome > 0,
        new TrainingExample.Group(1, 1, outcome, 0),
        version);
  }

  private static int[] tokens(int count, int vocabulary, Random random) {
    return random.ints(count, 3, vocabulary).toArray();
  }

  /** Ascending, the last token among them. */
  static int[] segmentEnds(int tokens, Random random) {
    boolean[] end = new boolean[tokens];
    end[tokens - 1] = true;
    int wanted = (int) Math.ceil(ENDS * tokens);
    for (int i = 0; i < wanted; i++) {
      end[random.nextInt(tokens)] = true;
    }
    int[] ends = new int[tokens];
    int count = 0;
    for (int t = 0; t < tokens; t++) {
      if (end[t]) {
        ends[count++] = t;
      }
    }
    return Arrays.copyOf(ends, count);
  }
}
