package io.sapo.producer.figures;

import io.sapo.pictures.PictureHash;
import io.sapo.producer.figures.Figure.Bar;
import io.sapo.producer.task.OrderedTaskSource;
import io.sapo.producer.task.SeededTasks;
import io.sapo.schemas.Picture;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Task;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An endless source of figures, a function of split and seed. No figure of one split is ever in the
 * other: a tenth of all figures, told by their fingerprint, is held out.
 */
public final class FiguresTaskSource implements OrderedTaskSource {
  public static final String NAME = "figures";

  /** Words of prompts and solutions, for a tokenizer that gives each a token of its own. */
  public static final List<String> WORDS =
      List.of(
          "What", " is", " shown", " twice", " red", " blue", " green", " yellow", " purple",
          " black", " plus", " minus", "green", "red", "blue", "yellow", "purple", "black", "##");

  /** Which part of the figures a source draws from. */
  public enum Split {
    TRAINING,
    HELD_OUT
  }

  /** A task with one way of solving it, as supervised training wants it. */
  public record Solved(Task task, String solution) {}

  static {
    RecordCodec.trustRecords();
  }

  private final Split split;
  private final SeededTasks made;

  public FiguresTaskSource(Split split, long seed) {
    this.split = split;
    this.made = new SeededTasks(seed);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Task> next() {
    return Optional.of(task(draw()));
  }

  @Override
  public void seek(long stretch, int length) {
    made.seek(stretch, length);
  }

  /** The next task with a solution that mixes right steps with plausible wrong ones. */
  public Solved nextSolved() {
    Figure figure = draw();
    return new Solved(task(figure), FigureSolution.withMistakes(figure, made.random()));
  }

  /** The next figure with a description of all its bars, left to right; never with a mistake. */
  public Solved nextDescribed() {
    Figure figure = draw();
    Task task = task(figure);
    task.setPrompt("What is shown?");
    return new Solved(task, FigureSolution.description(figure));
  }

  private Figure draw() {
    return made.draw(Figure::draw, Figure::fingerprint, split == Split.HELD_OUT);
  }

  private Task task(Figure figure) {
    String id =
        NAME + "-" + split.name().toLowerCase(Locale.ROOT) + "-" + made.seed() + "-" + made.next();
    return task(id, NAME, figure.prompt(), figure.answer(), figure.bars());
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
