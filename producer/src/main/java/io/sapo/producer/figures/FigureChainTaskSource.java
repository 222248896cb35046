package io.sapo.producer.figures;

import io.sapo.producer.chain.ChainSolution;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.task.GeneratedTaskSource;
import io.sapo.producer.task.Split;
import io.sapo.schemas.Task;
import java.util.Optional;
import java.util.SplittableRandom;

/** Chains over figures, {@code figures(3-10)}; in a solution nine steps in ten are right. */
public final class FigureChainTaskSource extends GeneratedTaskSource<FigureChain> {
  private final Lengths lengths;

  public FigureChainTaskSource(Split split, long seed, Lengths lengths) {
    super("figure-chain", split, seed);
    this.lengths = lengths;
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
  protected FigureChain draw(SplittableRandom random) {
    return FigureChain.draw(random, lengths);
  }

  @Override
  protected long fingerprint(FigureChain figure) {
    return figure.fingerprint();
  }

  @Override
  protected Task task(String id, FigureChain figure) {
    return FiguresTaskSource.task(
        id, name(), figure.prompt(), figure.chain().answer(), figure.bars());
  }

  @Override
  protected String solution(FigureChain figure, SplittableRandom random) {
    return ChainSolution.withMistakes(figure.chain(), random);
  }
}
