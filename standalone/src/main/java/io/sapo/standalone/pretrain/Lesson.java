package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.TaskSources;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.figures.FigureChainTaskSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a fresh model is taught by written solutions. */
public interface Lesson {

  /** Solved tasks as token sequences. */
  interface Examples extends AutoCloseable {
    List<TokenSequence> take(int count);

    @Override
    void close();
  }

  /** The files of the checkpoint beside its weights, by name. */
  Map<String, byte[]> companions();

  /**
   * @param shape a folder with the companions; weights are not looked at
   */
  Examples examples(CheckpointFolder shape, long seed);

  /**
   * @param tasks as tasks.train names them
   * @return empty where there are no written solutions
   */
  static Optional<Lesson> of(String tasks) {
    if (tasks.equals(TaskSources.FIGURES)) {
      return Optional.of(new FiguresLesson(Optional.empty()));
    }
    Optional<Lengths> figures = FigureChainTaskSource.lengths(tasks);
    if (figures.isPresent()) {
      return Optional.of(new FiguresLesson(figures));
    }
    return Lengths.parse(tasks).map(ChainLesson::new);
  }
}
