package io.sapo.producer.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.producer.task.Split;
import io.sapo.schemas.Task;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChainTest {
  private static final Lengths LENGTHS = new Lengths(3, 10);

  @Test
  void aChainIsWrittenAndReadStepByStep() {
    Chain chain = new Chain(7, List.of(5, -3, 8));
    assertThat(chain.prompt()).isEqualTo("7a+5b-3c+8?");
    assertThat(ChainSolution.right(chain)).isEqualTo("a7+5=12\nb12-3=9\nc9+8=17\n#### 17");
    assertThat(ChainSolution.judged(chain.prompt(), ChainSolution.right(chain)))
        .hasSize(4)
        .allMatch(ChainSolution.Line::right);
  }

  @Test
  void aStepIsJudgedByWhatStandsBeforeIt() {
    String response = "a7+5=11\nb11-3=8\nb8+8=16\nd16+1=17\n#### 17";
    assertThat(ChainSolution.judged("7a+5b-3c+8?", response))
        .extracting(ChainSolution.Line::right)
        .containsExactly(false, true, false, false, false);
    assertThat(ChainSolution.judged("7a+5b-3?", "a7+5=12\nb12-3=9\n#### 9").get(2))
        .isEqualTo(new ChainSolution.Line(22, true));
    assertThat(ChainSolution.judged("7a+5?", "#### 12").get(0).right()).isFalse();
    assertThat(ChainSolution.judged("What is red?", "red=3")).isEmpty();
    assertThat(ChainSolution.judged("7a+5?", "")).isEmpty();
  }

  @Test
  void chainsStayWithinTwoDigitsAndHaveAsManyStepsAsAsked() {
    SplittableRandom random = new SplittableRandom(3);
    Set<Integer> lengths = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      Chain chain = Chain.draw(random, LENGTHS);
      lengths.add(chain.steps().size());
      assertThat(ChainSolution.right(chain)).doesNotContain("=-").endsWith(" " + chain.answer());
      assertThat(chain.answer()).isBetween(0, 99);
    }
    assertThat(lengths).containsExactlyInAnyOrder(3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void writtenMistakesAreOneStepInTen() {
    SplittableRandom random = new SplittableRandom(4);
    int steps = 0;
    int right = 0;
    for (int i = 0; i < 2_000; i++) {
      Chain chain = Chain.draw(random, new Lengths(10, 10));
      List<ChainSolution.Line> lines =
          ChainSolution.judged(chain.prompt(), ChainSolution.withMistakes(chain, random));
      steps += 10;
      right += (int) lines.subList(0, 10).stream().filter(ChainSolution.Line::right).count();
    }
    assertThat((double) right / steps).isBetween(0.89, 0.91);
  }

  @Test
  void noChainOfOneSplitIsInTheOtherAndStretchesAreFunctionsOfTheSeed() {
    ChainTaskSource training = new ChainTaskSource(Split.TRAINING, 1, LENGTHS);
    Set<String> trained = new HashSet<>();
    for (int i = 0; i < 3_000; i++) {
      trained.add(training.next().orElseThrow().getPrompt());
    }
    ChainTaskSource heldOut = new ChainTaskSource(Split.HELD_OUT, 1, LENGTHS);
    for (int i = 0; i < 300; i++) {
      assertThat(trained).doesNotContain(heldOut.next().orElseThrow().getPrompt());
    }
    training.seek(5, 32);
    Task first = training.next().orElseThrow();
    ChainTaskSource again = new ChainTaskSource(Split.TRAINING, 1, LENGTHS);
    again.seek(5, 32);
    assertThat(again.next().orElseThrow()).isEqualTo(first);
    assertThat(first.getTaskId()).isEqualTo("chain-training-1-160");
  }

  @Test
  void lengthsAreReadFromTheNameOfTheSource() {
    assertThat(Lengths.parse("chain")).contains(LENGTHS);
    assertThat(Lengths.parse("chain(5-8)")).contains(new Lengths(5, 8));
    assertThat(Lengths.parse("chains.jsonl")).isEmpty();
    assertThatThrownBy(() -> Lengths.parse("chain(8-5)")).hasMessageContaining("1 to 26 steps");
  }
}
