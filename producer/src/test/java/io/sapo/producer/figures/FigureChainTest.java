package io.sapo.producer.figures;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.TaskSources;
import io.sapo.producer.chain.ChainSolution;
import io.sapo.producer.chain.ChainSolution.Line;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.task.SolvedTask;
import io.sapo.producer.task.Split;
import io.sapo.producer.task.TaskSpec;
import io.sapo.schemas.Task;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FigureChainTest {
  private static final Lengths LENGTHS = new Lengths(3, 10);

  @Test
  void thePictureSaysWhatThePromptNames() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      FigureChain figure = FigureChain.draw(random, LENGTHS);
      byte[] png = FigureRenderer.png(figure.bars());
      assertThat(FigureRenderer.read(png)).isEqualTo(figure.bars());
      assertThat(FigureChain.spelledOut(figure.prompt(), png)).contains(figure.chain().prompt());
    }
  }

  @Test
  void whatIsNoneOfThemIsNotSpelledOut() {
    FigureChain figure = FigureChain.draw(new SplittableRandom(2), LENGTHS);
    byte[] png = FigureRenderer.png(figure.bars());
    Set<String> there = new HashSet<>();
    figure.bars().forEach(bar -> there.add(bar.colour().word()));
    String absent =
        List.of("red", "blue", "green", "yellow", "purple", "black").stream()
            .filter(colour -> !there.contains(colour))
            .findFirst()
            .orElseThrow();
    assertThat(FigureChain.spelledOut("7a+5b-3?", png)).isEmpty();
    assertThat(FigureChain.spelledOut(absent + " a+" + there.iterator().next() + "?", png))
        .isEmpty();
    assertThat(FigureChain.spelledOut(figure.prompt(), new byte[] {1, 2, 3})).isEmpty();
  }

  @Test
  void nineStepsInTenOfWrittenSolutionsAreRight() {
    FigureChainTaskSource source = new FigureChainTaskSource(Split.TRAINING, 3, LENGTHS);
    int steps = 0;
    int right = 0;
    for (int i = 0; i < 1_000; i++) {
      SolvedTask solved = source.nextSolved();
      byte[] png = solved.task().getPictures().get(0).getBytes().array();
      String chain = FigureChain.spelledOut(solved.task().getPrompt(), png).orElseThrow();
      List<Line> lines = ChainSolution.judged(chain, solved.solution());
      steps += lines.size() - 1;
      right += (int) lines.subList(0, lines.size() - 1).stream().filter(Line::right).count();
    }
    assertThat((double) right / steps).isBetween(0.88, 0.92);
  }

  @Test
  void noTaskOfOneSplitIsInTheOtherAndStretchesAreFunctionsOfTheSeed() {
    FigureChainTaskSource training = new FigureChainTaskSource(Split.TRAINING, 1, LENGTHS);
    Set<String> trained = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      trained.add(pictureAndPrompt(training.next().orElseThrow()));
    }
    FigureChainTaskSource heldOut = new FigureChainTaskSource(Split.HELD_OUT, 1, LENGTHS);
    for (int i = 0; i < 300; i++) {
      assertThat(trained).doesNotContain(pictureAndPrompt(heldOut.next().orElseThrow()));
    }
    training.seek(5, 32);
    Task first = training.next().orElseThrow();
    FigureChainTaskSource again = new FigureChainTaskSource(Split.TRAINING, 1, LENGTHS);
    again.seek(5, 32);
    assertThat(again.next()).contains(first);
    assertThat(first.getTaskId()).isEqualTo("figure-chain-training-1-160");
  }

  private static String pictureAndPrompt(Task task) {
    return task.getPictures().get(0).getSha256() + task.getPrompt();
  }

  @Test
  void itIsOpenedByItsName() {
    try (var source = TaskSources.open(TaskSpec.of("figures(2-4)"), 1)) {
      assertThat(source.name()).isEqualTo("figure-chain");
    }
    assertThat(TaskSources.folder("figures(2-4)")).isEqualTo(Optional.empty());
    assertThat(FigureChainTaskSource.lengths("figures")).isEmpty();
  }
}
