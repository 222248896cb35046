package io.sapo.producer.task;

import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Task;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * An endless source that generates its tasks from random numbers: a task is a function of split,
 * seed and position alone. No task of one split is ever in the other: a tenth of all, told by their
 * fingerprint, is held out.
 *
 * @param <T> what a task is made from
 */
public abstract class GeneratedTaskSource<T> implements OrderedTaskSource {
  static {
    RecordCodec.trustRecords();
  }

  private final String name;
  private final Split split;
  private final SeededTasks made;
  private Optional<String> verifier = Optional.empty();

  protected GeneratedTaskSource(String name, Split split, long seed) {
    this.name = name;
    this.split = split;
    this.made = new SeededTasks(seed);
  }

  protected abstract T draw(SplittableRandom random);

  protected abstract long fingerprint(T drawn);

  protected abstract Task task(String id, T drawn);

  /** One way of solving it, with some mistakes. */
  protected abstract String solution(T drawn, SplittableRandom random);

  /**
   * Has all tasks from now on judged by another verifier than their own.
   *
   * @param verifier empty for their own
   * @return this source
   */
  public GeneratedTaskSource<T> judgedBy(Optional<String> verifier) {
    this.verifier = verifier;
    return this;
  }

  /** The part of ids that tells the splits apart; seeds of rollouts derive from ids. */
  protected String label(Split of) {
    return of.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Task> next() {
    return Optional.of(task(nextDrawn()));
  }

  @Override
  public void seek(long stretch, int length) {
    made.seek(stretch, length);
  }

  /** The next task with a solution that has mistakes, as supervised training wants it. */
  public SolvedTask nextSolved() {
    T drawn = nextDrawn();
    return new SolvedTask(task(drawn), solution(drawn, made.random()));
  }

  /** What the next task is made from. */
  protected final T nextDrawn() {
    return made.draw(this::draw, this::fingerprint, split == Split.HELD_OUT);
  }

  /** The task made from it, under the next id. */
  protected final Task task(T drawn) {
    Task task = task("%s-%s-%s-%s".formatted(name, label(split), made.seed(), made.next()), drawn);
    verifier.ifPresent(task::setVerifier);
    return task;
  }
}
