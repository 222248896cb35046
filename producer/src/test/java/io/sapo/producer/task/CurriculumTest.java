package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sapo.producer.task.Curriculum.Bounds;
import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurriculumTest {

  private static WeightVersion version(TaskOutcome... outcomes) {
    WeightVersion version = new WeightVersion();
    version.setOutcomes(List.of(outcomes));
    return version;
  }

  private static String ofAnyPass(String taskId) {
    int end = taskId.lastIndexOf('@');
    return end < 0 ? taskId : taskId.substring(0, end);
  }

  private static TaskOutcome outcome(String task, int responses, int right) {
    return new TaskOutcome(task, responses, right);
  }

  @Test
  void aRateIsThatOfTheLastEightResponses() {
    PassRates rates = new PassRates(CurriculumTest::ofAnyPass);
    rates.note(version(outcome("a", 4, 4)));
    assertThat(rates.of("a")).as("too few to say").isEmpty();
    rates.note(version(outcome("a", 4, 0)));
    assertThat(rates.of("a")).hasValue(0.5);
    rates.note(version(outcome("a", 4, 4)));
    assertThat(rates.of("a")).as("half of what was before has faded").hasValue(0.75);
    rates.note(version(outcome("a", 16, 4)));
    assertThat(rates.of("a")).hasValue(0.25);
    rates.note(version(outcome("b", 100, 100), outcome("c", 8, 0)));
    assertThat(rates.of("b")).hasValue(1);
    assertThat(rates.of("c")).hasValue(0);
    assertThat(rates.of("d")).isEmpty();
    for (int i = 0; i < 8; i++) {
      rates.note(version(outcome("e", 1, i % 2)));
    }
    assertThat(rates.of("e").getAsDouble()).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void allPassesOfAFileAreOneTask() {
    PassRates rates = new PassRates(CurriculumTest::ofAnyPass);
    rates.note(version(outcome("file:3", 4, 4), outcome("file:31", 8, 0)));
    rates.note(version(outcome("file:3@2", 4, 2)));
    assertThat(rates.of("file:3@17")).hasValue(0.75);
  }

  @Test
  void whoeverReadsTheCommitsAgainComesToTheSame() {
    Random random = new Random(1);
    List<WeightVersion> log = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int responses = 1 + random.nextInt(12);
      log.add(
          version(
              outcome("t" + random.nextInt(9), responses, random.nextInt(responses + 1)),
              outcome("u" + random.nextInt(9), 1, random.nextInt(2))));
    }
    PassRates one = new PassRates(CurriculumTest::ofAnyPass);
    log.forEach(one::note);
    PassRates other = new PassRates(CurriculumTest::ofAnyPass);
    log.forEach(other::note);
    Bounds bounds = new Bounds(0.3, 0.7, 0.2);
    Curriculum before = new Curriculum(bounds, one, 5);
    Curriculum after = new Curriculum(bounds, other, 5);
    for (int i = 0; i < 18; i++) {
      String task = (i % 2 == 0 ? "t" : "u") + i / 2;
      assertThat(other.of(task)).isEqualTo(one.of(task));
      for (int pass = 2; pass < 20; pass++) {
        assertThat(after.passesOver(task + "@" + pass))
            .isEqualTo(before.passesOver(task + "@" + pass));
      }
    }
  }

  @Test
  void tooEasyAndTooHardTasksArePassedOverAndSomeOfThemAskedAnyway() {
    PassRates rates = new PassRates(CurriculumTest::ofAnyPass);
    rates.note(version(outcome("easy", 8, 8), outcome("hard", 8, 0), outcome("apt", 8, 4)));
    Curriculum curriculum = new Curriculum(new Bounds(0.1, 0.9, 0.25), rates, 3);
    assertThat(passedOver(curriculum, "easy")).isBetween(700L, 800L);
    assertThat(passedOver(curriculum, "hard")).isBetween(700L, 800L);
    assertThat(passedOver(curriculum, "apt")).isZero();
    assertThat(passedOver(curriculum, "unknown")).isZero();
    assertThat(passedOver(new Curriculum(Bounds.NONE, rates, 3), "easy")).isZero();
    rates.note(version(outcome("easy", 8, 5)));
    assertThat(passedOver(curriculum, "easy")).as("forgotten").isZero();
  }

  private static long passedOver(Curriculum curriculum, String task) {
    return IntStream.range(0, 1_000)
        .filter(pass -> curriculum.passesOver(task + "@" + pass))
        .count();
  }

  @Test
  void whereEverythingIsPassedOverSomethingIsAskedAllTheSame() {
    PassRates rates = new PassRates(CurriculumTest::ofAnyPass);
    rates.note(version(outcome("easy", 8, 8)));
    Curriculum curriculum = new Curriculum(new Bounds(0, 0.5, 0), rates, 3);
    assertThat(passedOver(curriculum, "easy")).isEqualTo(1_000 - 1_000 / 257);
  }

  @Test
  void boundsThatCrossAreRefused() {
    assertThatThrownBy(() -> new Bounds(0.5, 0.4, 0)).hasMessageContaining("skip-below");
  }
}
