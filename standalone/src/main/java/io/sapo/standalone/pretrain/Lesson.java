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

  /**
   * Examples without end.
   *
   * @param <E> {@link TokenSequence} for a policy, {@link Valued} for a critic
   */
  interface Examples<E> extends AutoCloseable {
    /** The next so many. */
    List<E> take(int count);

    @Override
    void close();
  }

  /**
   * A solution and what its states are worth.
   *
   * @param values before each response token, the probability that the answer will be right
   */
  record Valued(TokenSequence tokens, float[] values) {}

  /** The files of the checkpoint beside its weights, by name. */
  Map<String, byte[]> companions();

  /**
   * Written solutions.
   *
   * @param shape a folder with the companions; weights are not looked at
   */
  Examples<TokenSequence> solutions(CheckpointFolder shape, long seed);

  /** Whether there are {@link #valued} ones. */
  default boolean hasValues() {
    return false;
  }

  /**
   * Written solutions of which it is known which steps are right.
   *
   * @param shape as for {@link #solutions}
   * @throws UnsupportedOperationException where that is not known
   */
  default Examples<Valued> valued(CheckpointFolder shape, long seed) {
    throw new UnsupportedOperationException("steps of these solutions cannot be judged");
  }

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
