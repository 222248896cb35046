package io.sapo.producer.figures;

import io.sapo.pictures.PictureHash;
import io.sapo.producer.figures.Figure.Bar;
import io.sapo.producer.task.GeneratedTaskSource;
import io.sapo.producer.task.SolvedTask;
import io.sapo.producer.task.Split;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;

/** Figures; a solution mixes right steps with plausible wrong ones. */
public final class FiguresTaskSource extends GeneratedTaskSource<Figure> {
  public static final String NAME = "figures";

  /** Words of prompts and solutions, for a tokenizer that gives each a token of its own. */
  public static final List<String> WORDS =
      List.of(
          "What", " is", " shown", " twice", " red", " blue", " green", " yellow", " purple",
          " black", " plus", " minus", "green", "red", "blue", "yellow", "purple", "black", "##");

  public FiguresTaskSource(Split split, long seed) {
    super(NAME, split, seed);
  }

  @Override
  protected Figure draw(SplittableRandom random) {
    return Figure.draw(random);
  }

  @Override
  protected long fingerprint(Figure figure) {
    return figure.fingerprint();
  }

  @Override
  protected Task task(String id, Figure figure) {
    return task(id, NAME, figure.prompt(), figure.answer(), figure.bars());
  }

  @Override
  protected String solution(Figure figure, SplittableRandom random) {
    return FigureSolution.withMistakes(figure, random);
  }

  /** The next figure with a description of all its bars, left to right; never with a mistake. */
  public SolvedTask nextDescribed() {
    Figure figure = nextDrawn();
    Task task = task(figure);
    task.setPrompt("What is shown?");
    return new SolvedTask(task, FigureSolution.description(figure));
  }

  static Task task(String id, String source, String prompt, int answer, List<Bar> bars) {
    byte[] png = FigureRenderer.png(bars);
    return Task.newBuilder()
        .setTaskId(id)
        .setPrompt(prompt)
        .setPictures(
            List.of(
                Picture.newBuilder()
                    .setSha256(PictureHash.of(png))
                    .setBytes(ByteBuffer.wrap(png))
                    .build()))
        .setAnswer(Integer.toString(answer))
        .setVerifier("gsm8k")
        .setSource(source)
        .build();
  }
}
