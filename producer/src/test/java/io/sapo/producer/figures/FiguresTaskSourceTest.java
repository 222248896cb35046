package io.sapo.producer.figures;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.task.Split;
import io.sapo.schemas.Task;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class FiguresTaskSourceTest {
  private static final Pattern STEP = Pattern.compile("(\\d+)([+*-])(\\d+)=(\\d+)");

  @Test
  void sameSeedGivesTheSameTasks() {
    FiguresTaskSource one = new FiguresTaskSource(Split.TRAINING, 7);
    FiguresTaskSource two = new FiguresTaskSource(Split.TRAINING, 7);
    for (int i = 0; i < 50; i++) {
      assertThat(one.next()).isEqualTo(two.next());
    }
  }

  @Test
  void splitsShareNoFigure() {
    Set<String> training = pictureAndPrompt(Split.TRAINING, 3_000);
    Set<String> heldOut = pictureAndPrompt(Split.HELD_OUT, 3_000);
    assertThat(heldOut).isNotEmpty().doesNotContainAnyElementsOf(training);
  }

  private static Set<String> pictureAndPrompt(Split split, int count) {
    FiguresTaskSource source = new FiguresTaskSource(split, 1);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < count; i++) {
      Task task = source.next().orElseThrow();
      seen.add(task.getPictures().get(0).getSha256() + task.getPrompt());
    }
    return seen;
  }

  @Test
  void rightSolutionsAreRightInEveryStep() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 2_000; i++) {
      Figure figure = Figure.draw(random);
      String solution = FigureSolution.right(figure);
      assertThat(solution).endsWith("#### " + figure.answer());
      assertThat(wrongSteps(solution)).as(solution).isZero();
    }
  }

  @Test
  void mistakesMakeAboutHalfOfTheSolutionsWrong() {
    SplittableRandom random = new SplittableRandom(6);
    int right = 0;
    for (int i = 0; i < 4_000; i++) {
      Figure figure = Figure.draw(random);
      String solution = FigureSolution.withMistakes(figure, random);
      if (solution.endsWith("#### " + figure.answer())) {
        right++;
      }
    }
    assertThat(right / 4_000.0).isBetween(0.4, 0.58);
  }

  @Test
  void barsStandAsHighAsTheirValue() throws IOException {
    Figure figure = Figure.draw(new SplittableRandom(8));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(FigureRenderer.png(figure.bars())));
    for (int bar = 0; bar < Figure.BARS; bar++) {
      int coloured = 0;
      for (int y = 0; y < image.getHeight(); y++) {
        int rgb = image.getRGB(bar * 28 + 14, y) & 0xFFFFFF;
        if (rgb == figure.bars().get(bar).colour().rgb()) {
          coloured++;
        }
      }
      assertThat(coloured).isEqualTo(11 + figure.bars().get(bar).height() * 5);
    }
  }

  private static int wrongSteps(String solution) {
    Matcher step = STEP.matcher(solution);
    int wrong = 0;
    while (step.find()) {
      int x = Integer.parseInt(step.group(1));
      int y = Integer.parseInt(step.group(3));
      int right = step.group(2).equals("+") ? x + y : step.group(2).equals("-") ? x - y : x * y;
      wrong += right == Integer.parseInt(step.group(4)) ? 0 : 1;
    }
    return wrong;
  }
}
