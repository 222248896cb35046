package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.task.SolvedTask;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Figures with written solutions. */
final class FiguresExamples implements Lesson.Examples {
  private final Supplier<SolvedTask> solved;
  private final Supplier<SolvedTask> described;
  private final SolvedSequences sequences;

  /**
   * @param model its tokenizer and picture settings; weights are not looked at
   */
  FiguresExamples(
      CheckpointFolder model, Supplier<SolvedTask> solved, Supplier<SolvedTask> described) {
    this.solved = solved;
    this.described = described;
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
      SolvedTask example = (i % 2 == 0 ? solved : described).get();
      batch.add(sequences.of(example.task(), example.solution()));
    }
    return batch;
  }

  @Override
  public void close() {
    sequences.close();
  }
}
