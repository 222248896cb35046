package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.figures.FigureChainTaskSource;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.task.SolvedTask;
import io.sapo.producer.task.Split;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Bar charts and questions about them.
 *
 * @param chains steps of sums over the bars; empty for short questions
 */
record FiguresLesson(Optional<Lengths> chains) implements Lesson {

  @Override
  public Map<String, byte[]> companions() {
    return FiguresModel.companions();
  }

  /**
   * Every other example describes its picture instead of answering a question: that is how the
   * model learns which colour is called what, without which it does not come to look up a bar by
   * its name.
   */
  @Override
  public Examples<TokenSequence> solutions(CheckpointFolder shape, long seed) {
    FiguresTaskSource figures = new FiguresTaskSource(Split.TRAINING, seed);
    Supplier<SolvedTask> solved =
        chains
            .map(lengths -> new FigureChainTaskSource(Split.TRAINING, seed, lengths))
            .<Supplier<SolvedTask>>map(source -> source::nextSolved)
            .orElse(figures::nextSolved);
    return new SolvedExamples<>(
        shape,
        place -> place % 2 == 0 ? solved.get() : figures.nextDescribed(),
        SolvedSequences::of);
  }
}
