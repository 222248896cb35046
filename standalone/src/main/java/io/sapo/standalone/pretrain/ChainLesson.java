package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.chain.ChainSolution;
import io.sapo.producer.chain.ChainSolution.Line;
import io.sapo.producer.chain.ChainTaskSource;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.task.SolvedTask;
import io.sapo.producer.task.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Long sums, one step a line. */
record ChainLesson(Lengths lengths) implements Lesson {

  @Override
  public Map<String, byte[]> companions() {
    return ChainModel.companions();
  }

  @Override
  public Examples examples(CheckpointFolder shape, long seed) {
    ChainTaskSource chains = new ChainTaskSource(Split.TRAINING, seed, lengths);
    SolvedSequences sequences = new SolvedSequences(shape);
    return new Examples() {
      @Override
      public List<TokenSequence> take(int count) {
        List<TokenSequence> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          SolvedTask solved = chains.nextSolved();
          batch.add(sequences.of(solved.task(), solved.solution()));
        }
        return batch;
      }

      @Override
      public void close() {
        sequences.close();
      }
    };
  }

  @Override
  public boolean hasValues() {
    return true;
  }

  @Override
  public Values values(CheckpointFolder shape, long seed) {
    ChainTaskSource chains = new ChainTaskSource(Split.TRAINING, seed, lengths);
    SolvedSequences sequences = new SolvedSequences(shape);
    return new Values() {
      @Override
      public List<Valued> take(int count) {
        List<Valued> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          SolvedTask solved = chains.nextSolved();
          TokenSequence tokens = sequences.of(solved.task(), solved.solution());
          List<Line> lines = ChainSolution.judged(solved.task().getPrompt(), solved.solution());
          batch.add(new Valued(tokens, worth(tokens.responseTokens(), sequences.newline(), lines)));
        }
        return batch;
      }

      @Override
      public void close() {
        sequences.close();
      }
    };
  }

  /** Nothing behind a wrong step, else the probability that the steps to come are right. */
  static float[] worth(int[] response, int newline, List<Line> lines) {
    float[] worth = new float[response.length];
    int written = 0;
    boolean right = true;
    for (int t = 0; t < response.length; t++) {
      if (response[t] == newline) {
        right &= lines.get(written).right();
        written++;
      }
      int steps = lines.size() - 1;
      worth[t] = right ? (float) StrictMath.pow(1 - ChainSolution.WRONG, steps - written) : 0;
    }
    return worth;
  }
}
