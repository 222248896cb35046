package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.server.Answer.Candidates;
import io.sapo.producer.server.Answer.Ending;
import io.sapo.producer.server.Answer.Span;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TailEntropyTest {
  private static final int VOCABULARY = 50_000;

  /** Tokens 0 to 19, which have 0.88 of the mass. */
  private static final double[] LIKELIEST =
      IntStream.range(0, 20).mapToDouble(i -> Math.log(0.1 * Math.pow(0.9, i))).toArray();

  /** Of one place of which vLLM lists the sampled token and the likeliest. */
  private static double entropy(int token, double logProb) {
    boolean listed = token < LIKELIEST.length;
    int[] tokens =
        IntStream.concat(IntStream.of(token), IntStream.range(0, LIKELIEST.length))
            .distinct()
            .toArray();
    double[] logProbs =
        listed
            ? Arrays.stream(tokens).mapToDouble(t -> LIKELIEST[t]).toArray()
            : DoubleStream.concat(DoubleStream.of(logProb), DoubleStream.of(LIKELIEST)).toArray();
    Answer answer =
        new Answer(
            new int[] {token},
            new double[] {logProb},
            List.of(new Candidates(tokens, logProbs)),
            Ending.LENGTH,
            List.of(new Span("v", 0, 1)),
            Optional.empty());
    GenerationRequest request =
        new GenerationRequest(
            "x", TokenSequence.text(new int[] {1}, new int[0]), new Sampling(1, 1, 0, 1), 1);
    Generation generation =
        new AnswerCheck(new ResponseRules(VOCABULARY, new TreeSet<>(), List.of()))
            .generation(request, answer, name -> Optional.of(1L));
    return generation.entropies()[0];
  }

  @ParameterizedTest
  @ValueSource(doubles = {-6.5, -9, -12, -20})
  void whichTokenWasSampledMattersNoMoreThanItsOwnShare(double unlikely) {
    double usual = entropy(0, LIKELIEST[0]);
    assertThat(entropy(30_000, unlikely)).isCloseTo(usual, within(0.05));
    assertThat(entropy(19, LIKELIEST[19])).isCloseTo(usual, within(0.05));
  }

  @Test
  void theMassThatIsLeftIsLessLikelyThanTheLeastOfTheLikeliest() {
    double left = 1 - DoubleStream.of(LIKELIEST).map(Math::exp).sum();
    double known = DoubleStream.of(LIKELIEST).map(l -> -l * Math.exp(l)).sum();
    assertThat(entropy(0, LIKELIEST[0]))
        .isCloseTo(known + left * (TailEntropy.BEYOND - LIKELIEST[19]), within(1e-5));
  }

  @Test
  void aTokenThatIsAloneIsTheLeastItself() {
    assertThat(TailEntropy.estimate(new double[] {0}, 0, VOCABULARY)).isZero();
    assertThat(TailEntropy.estimate(new double[] {-0.1}, 0, VOCABULARY)).isPositive();
  }
}
