package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
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
}
