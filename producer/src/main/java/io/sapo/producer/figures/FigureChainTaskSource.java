package io.sapo.producer.figures;

import io.sapo.producer.chain.ChainSolution;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.figures.FiguresTaskSource.Solved;
import io.sapo.producer.figures.FiguresTaskSource.Split;
import io.sapo.producer.task.OrderedTaskSource;
import io.sapo.producer.task.SeededTasks;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Task;
import java.util.Locale;
import java.util.Optional;

/**
 * An endless source of chains over figures, {@code figures(3-10)}, a function of split and seed. A
 * tenth of all of them, told by their fingerprint, is held out.
 */
public final class FigureChainTaskSource implements OrderedTaskSource {
  static {
    RecordCodec.trustRecords();
  }

  private final Split split;
  private final Lengths lengths;
  private final SeededTasks made;

  public FigureChainTaskSource(Split split, long seed, Lengths lengths) {
    this.split = split;
    this.lengths = lengths;
    this.made = new SeededTasks(seed);
  }

  /**
   * Reads {@code figures(5-8)}.
   *
   * @return empty where the text names something else
   */
  public static Optional<Lengths> lengths(String text) {
    return Lengths.parse(FiguresTaskSource.NAME, text);
  }

  @Override
  public String name() {
    return "figure-chain";
  }

  @Override
  public Optional<Task> next() {
    return Optional.of(task(draw()));
  }

  @Override
  public void seek(long stretch, int length) {
    made.seek(stretch, length);
  }

  /** The next task with a solution that is right on nine steps in ten. */
  public Solved nextSolved() {
    FigureChain figure = draw();
    return new Solved(task(figure), ChainSolution.withMistakes(figure.chain(), made.random()));
  }

  private FigureChain draw() {
    return made.draw(
        random -> FigureChain.draw(random, lengths),
        FigureChain::fingerprint,
        split == Split.HELD_OUT);
  }

  private Task task(FigureChain figure) {
    String id =
        "%s-%s-%d-%d"
            .formatted(name(), split.name().toLowerCase(Locale.ROOT), made.seed(), made.next());
    return FiguresTaskSource.task(
        id, name(), figure.prompt(), figure.chain().answer(), figure.bars());
  }
}
