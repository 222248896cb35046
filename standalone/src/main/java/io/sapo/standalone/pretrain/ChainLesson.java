package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.chain.ChainSolution;
import io.sapo.producer.chain.ChainSolution.Line;
import io.sapo.producer.chain.ChainTaskSource;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.task.SolvedTask;
import io.sapo.producer.task.Split;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Long sums, one step a line. */
record ChainLesson(Lengths lengths) implements Lesson {

  @Override
  public Map<String, byte[]> companions() {
    return ChainModel.companions();
  }

  @Override
  public Examples<TokenSequence> solutions(CheckpointFolder shape, long seed) {
    return new SolvedExamples<>(shape, tasks(seed), SolvedSequences::of);
  }

  @Override
  public boolean hasValues() {
    return true;
  }

  @Override
  public Examples<Valued> valued(CheckpointFolder shape, long seed) {
    return new SolvedExamples<>(
        shape, tasks(seed), (sequences, solved) -> valued(shape, sequences, solved));
  }

  private IntFunction<SolvedTask> tasks(long seed) {
    ChainTaskSource chains = new ChainTaskSource(Split.TRAINING, seed, lengths);
    return place -> chains.nextSolved();
  }

  /**
   * @throws InvalidCheckpointException where a line does not end with a token of its own, so that
   *     no state is the one behind it
   */
  private static Valued valued(
      CheckpointFolder shape, SolvedSequences sequences, SolvedTask solved) {
    TokenSequence tokens = sequences.of(solved);
    List<Line> lines = ChainSolution.judged(solved.task().getPrompt(), solved.solution());
    int[] response = tokens.responseTokens();
    int newline = sequences.newline();
    if (Arrays.stream(response).filter(token -> token == newline).count() != lines.size() - 1) {
      throw new InvalidCheckpointException(
          "%s: its tokenizer has no token of its own for the end of a line in '%s'; name a policy that pretrain has made for chains"
              .formatted(shape.path(), solved.solution().replace("\n", "\\n")));
    }
    return new Valued(tokens, worth(response, newline, lines));
  }

  /**
   * Nothing behind a wrong step, else the probability that the steps to come are right. A step is
   * known when its last digit is written: before the newline.
   *
   * @param newline ends each line but the last
   * @return before each token
   */
  static float[] worth(int[] response, int newline, List<Line> lines) {
    float[] worth = new float[response.length];
    int steps = lines.size() - 1;
    int written = 0;
    boolean right = true;
    for (int t = 0; t < response.length; t++) {
      if (response[t] == newline) {
        right &= lines.get(written).right();
        written++;
      }
      worth[t] = right ? (float) StrictMath.pow(1 - ChainSolution.WRONG, steps - written) : 0;
    }
    return worth;
  }
}
