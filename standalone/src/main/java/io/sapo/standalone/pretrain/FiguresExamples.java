package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.figures.FiguresTaskSource;
import java.util.ArrayList;
import java.util.List;

/** Figures with written solutions. */
final class FiguresExamples implements Lesson.Examples {
  private final FiguresTaskSource figures;
  private final SolvedSequences sequences;

  /**
   * @param model its tokenizer and picture settings; weights are not looked at
   */
  FiguresExamples(CheckpointFolder model, FiguresTaskSource figures) {
    this.figures = figures;
    this.sequences = new SolvedSequences(model);
  }

  /**
   * Every other example describes its picture instead of answering a question: that is how the
   * model learns which colour is called what, without which it does not come to look up a bar by
   * its name.
   */
  @Override
  public List<TokenSequence> take(int count) {
    List<TokenSequence> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FiguresTaskSource.Solved solved = i % 2 == 0 ? figures.nextSolved() : figures.nextDescribed();
      batch.add(sequences.of(solved.task(), solved.solution()));
    }
    return batch;
  }

  @Override
  public void close() {
    sequences.close();
  }
}
