package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.chain.ChainTaskSource;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.figures.FigureChainTaskSource;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.schemas.Task;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Recorded runs replay by these tasks, and seeds of rollouts derive from their ids. */
class GeneratedTaskSourceTest {
  private static final Lengths LENGTHS = new Lengths(3, 5);

  private static void check(
      GeneratedTaskSource<?> source, String id, String prompt, String answer, String solution) {
    source.seek(3, 32);
    Task task = source.next().orElseThrow();
    assertThat(task.getTaskId()).isEqualTo(id);
    assertThat(task.getPrompt()).isEqualTo(prompt);
    assertThat(task.getAnswer()).isEqualTo(answer);
    assertThat(task.getSource()).isEqualTo(source.name());
    assertThat(source.nextSolved().solution()).isEqualTo(solution);
  }

  @Test
  void tasksOfASeedStayTheSame() {
    FiguresTaskSource figures = new FiguresTaskSource(Split.HELD_OUT, 7);
    check(
        figures,
        "figures-held_out-7-96",
        "What is purple plus yellow plus green?",
        "9",
        "yellow=1\nblack=6\n2*1=2\n2+6=8\n#### 8");
    assertThat(figures.nextDescribed().task().getTaskId()).isEqualTo("figures-held_out-7-98");
    check(
        new FigureChainTaskSource(Split.HELD_OUT, 7, LENGTHS),
        "figure-chain-held_out-7-96",
        "green a+green b-blue c+blue d-purple e+purple?",
        "14",
        "a6+9=15\nb15-9=6\nc6+9=15\nd15+2=17\n#### 17");
    check(
        new ChainTaskSource(Split.HELD_OUT, 7, LENGTHS),
        "chain-held-out-7-96",
        "6a+9b+1c-8d+2e-6?",
        "4",
        "a3+1=4\nb4-4=0\nc0+1=1\n#### 1");
  }

  /** As LANG=fa_IR.UTF-8 sets it, whose numbers have digits of their own. */
  @Test
  void theyAreTheSameWhateverTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("fa-IR"));
    try {
      tasksOfASeedStayTheSame();
    } finally {
      Locale.setDefault(before);
    }
  }
}
