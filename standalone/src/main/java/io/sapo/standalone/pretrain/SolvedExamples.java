package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.producer.task.SolvedTask;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/**
 * Solved tasks, one after the other, each made an example.
 *
 * @param <E> what an example is
 */
final class SolvedExamples<E> implements Lesson.Examples<E> {
  private final SolvedSequences sequences;
  private final IntFunction<SolvedTask> tasks;
  private final BiFunction<SolvedSequences, SolvedTask, E> made;

  /**
   * @param model its tokenizer and picture settings; weights are not looked at
   * @param tasks the next one, by its place in the batch
   */
  SolvedExamples(
      CheckpointFolder model,
      IntFunction<SolvedTask> tasks,
      BiFunction<SolvedSequences, SolvedTask, E> made) {
    this.sequences = new SolvedSequences(model);
    this.tasks = tasks;
    this.made = made;
  }

  @Override
  public List<E> take(int count) {
    List<E> batch = new ArrayList<>();
    for (int place = 0; place < count; place++) {
      batch.add(made.apply(sequences, tasks.apply(place)));
    }
    return batch;
  }

  @Override
  public void close() {
    sequences.close();
  }
}
