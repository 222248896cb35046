package io.sapo.producer.server;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.producer.server.Answer.Candidates;
import io.sapo.producer.server.Answer.Ending;
import io.sapo.producer.server.Answer.Span;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Makes of an answer what the project's own generator would have made, or refuses it. */
final class AnswerCheck {
  /** Servers put such a number where they have none; no token sampled is that unlikely. */
  private static final double MISSING = -9000;

  /** Log-probabilities are sums in float32. */
  private static final double ROUNDING = 1e-3;

  private final ResponseRules rules;

  AnswerCheck(ResponseRules rules) {
    this.rules = rules;
  }

  /**
   * @param versions number of the version of that name
   * @return without what the server generated behind a stop text
   * @throws OtherStopException when it ended at a text that was not asked for
   * @throws RefusedAnswerException naming the first thing that is wrong
   */
  Generation generation(
      GenerationRequest request, Answer answer, Function<String, Optional<Long>> versions) {
    tokens(answer, request.sampling().maxNewTokens());
    OptionalInt end =
        request.stops().map(stops -> stops.end(answer.tokens())).orElse(OptionalInt.empty());
    FinishReason reason = end.isPresent() ? FinishReason.STOP : ending(request, answer);
    float[] logProbs = logProbs(answer);
    float[] entropies = entropies(answer);
    long[] numbers = versions(answer, answer.tokens().length, versions);
    int length = end.orElse(answer.tokens().length);
    return new Generation(
        request.id(),
        Arrays.copyOf(answer.tokens(), length),
        Arrays.copyOf(logProbs, length),
        Arrays.copyOf(entropies, length),
        Arrays.copyOf(numbers, length),
        reason);
  }

  /** Whether these may be the first tokens of a response; no more than that is checked. */
  boolean mayBegin(int[] tokens) {
    return IntStream.of(tokens).allMatch(token -> token >= 0 && token < rules.vocabularySize());
  }

  /**
   * Whether a first token, and the likeliest in its place, can be looked at.
   *
   * @throws RefusedAnswerException when they cannot
   */
  void firstPlace(Answer answer) {
    require(answer.tokens().length > 0, "the response has no token");
    int token = answer.tokens()[0];
    require(
        token >= 0 && token < rules.vocabularySize(),
        "token %d is outside the vocabulary of %d",
        token,
        rules.vocabularySize());
    require(usable(answer.logProbs()[0]), "the log-probability is %s", answer.logProbs()[0]);
    distinct(answer.candidates().get(0), 0);
    require(answer.candidates().get(0).tokens().length > 0, "no likeliest token is named");
  }

  private void tokens(Answer answer, int most) {
    int[] tokens = answer.tokens();
    require(answer.ending() != Ending.ABORT, "the server broke the response off");
    require(tokens.length > 0, "the response has no token");
    require(tokens.length <= most, "it has %d tokens, %d were allowed", tokens.length, most);
    require(
        answer.logProbs().length == tokens.length && answer.candidates().size() == tokens.length,
        "it has %d tokens, but log-probabilities for %d",
        tokens.length,
        Math.min(answer.logProbs().length, answer.candidates().size()));
    for (int i = 0; i < tokens.length; i++) {
      require(
          tokens[i] >= 0 && tokens[i] < rules.vocabularySize(),
          "token %d at place %d is outside the vocabulary of %d",
          tokens[i],
          i,
          rules.vocabularySize());
      require(
          i == tokens.length - 1 || !rules.stops().contains(tokens[i]),
          "it goes on after token %d at place %d, which ends a response",
          tokens[i],
          i);
    }
  }

  private FinishReason ending(GenerationRequest request, Answer answer) {
    int most = request.sampling().maxNewTokens();
    int last = answer.tokens()[answer.tokens().length - 1];
    if (rules.stops().contains(last)) {
      return FinishReason.STOP;
    }
    if (answer.ending() == Ending.STOP && request.stops().isPresent()) {
      throw new OtherStopException(
          "it stopped after token %d, in which no stop text ends".formatted(last));
    }
    require(
        answer.ending() == Ending.LENGTH,
        "it stopped after token %d, which ends no response",
        last);
    require(
        answer.tokens().length == most,
        "it was cut after %d tokens, %d were allowed; is the server's greatest length below prompt and response together?",
        answer.tokens().length,
        most);
    return FinishReason.LENGTH;
  }

  private static float[] logProbs(Answer answer) {
    float[] checked = new float[answer.logProbs().length];
    for (int i = 0; i < checked.length; i++) {
      double logProb = answer.logProbs()[i];
      require(usable(logProb), "the log-probability at place %d is %s", i, logProb);
      checked[i] = (float) Math.min(0, logProb);
    }
    return checked;
  }

  private static boolean usable(double logProb) {
    return logProb > MISSING && logProb <= ROUNDING;
  }

  private float[] entropies(Answer answer) {
    float[] entropies = new float[answer.tokens().length];
    for (int i = 0; i < entropies.length; i++) {
      Candidates given = answer.candidates().get(i);
      distinct(given, i);
      int[] usable =
          IntStream.range(0, given.tokens().length)
              .filter(c -> usable(given.logProbs()[c]))
              .toArray();
      double[] kept = IntStream.of(usable).mapToDouble(c -> given.logProbs()[c]).toArray();
      int token = answer.tokens()[i];
      int sampled =
          IntStream.range(0, usable.length)
              .filter(k -> given.tokens()[usable[k]] == token)
              .findFirst()
              .orElse(-1);
      require(kept.length > 0, "no likeliest token is named at place %d", i);
      double mass = IntStream.range(0, kept.length).mapToDouble(c -> Math.exp(kept[c])).sum();
      require(mass <= 1 + ROUNDING, "the likeliest tokens at place %d have mass %s", i, mass);
      agrees(answer, i);
      entropies[i] = (float) TailEntropy.estimate(kept, sampled, rules.vocabularySize());
    }
    return entropies;
  }

  private void distinct(Candidates given, int place) {
    int[] tokens = given.tokens();
    require(
        given.logProbs().length == tokens.length
            && IntStream.of(tokens).distinct().count() == tokens.length
            && IntStream.of(tokens).allMatch(t -> t >= 0 && t < rules.vocabularySize()),
        "the likeliest tokens at place %d are no distinct tokens of the vocabulary",
        place);
  }

  /**
   * Among the likeliest, the sampled token has the same number as by itself. A server need not list
   * it; then it is no likelier than the least of them, and has its mass beside theirs.
   */
  private static void agrees(Answer answer, int place) {
    Candidates given = answer.candidates().get(place);
    OptionalInt sampled =
        IntStream.range(0, given.tokens().length)
            .filter(c -> given.tokens()[c] == answer.tokens()[place])
            .findFirst();
    if (sampled.isPresent()) {
      double again = given.logProbs()[sampled.getAsInt()];
      require(
          Math.abs(again - answer.logProbs()[place]) <= ROUNDING,
          "token %d at place %d has log-probability %s, and %s among the likeliest",
          answer.tokens()[place],
          place,
          answer.logProbs()[place],
          again);
      return;
    }
    double[] listed = DoubleStream.of(given.logProbs()).filter(AnswerCheck::usable).toArray();
    double least = DoubleStream.of(listed).min().orElseThrow();
    double mass = DoubleStream.of(listed).map(Math::exp).sum() + Math.exp(answer.logProbs()[place]);
    require(
        answer.logProbs()[place] <= least + ROUNDING && mass <= 1 + ROUNDING,
        "token %d at place %d has log-probability %s, but is not among the likeliest, which go down to %s",
        answer.tokens()[place],
        place,
        answer.logProbs()[place],
        least);
  }

  private static long[] versions(
      Answer answer, int length, Function<String, Optional<Long>> versions) {
    long[] numbers = new long[length];
    int next = 0;
    for (Span span : answer.versions()) {
      require(
          span.start() == next && span.end() > next && span.end() <= length,
          "its weight versions do not cover its %d tokens one after the other",
          length);
      Optional<Long> version = versions.apply(span.version());
      require(
          version.isPresent(),
          "tokens %d to %d are by weights called '%s', which this producer has not given the server",
          span.start(),
          span.end() - 1,
          span.version());
      for (; next < span.end(); next++) {
        numbers[next] = version.orElseThrow();
      }
      require(
          span.start() == 0 || numbers[span.start()] >= numbers[span.start() - 1],
          "its weight versions go backwards");
    }
    require(next == length, "its weight versions cover %d of its %d tokens", next, length);
    return numbers;
  }

  private static void require(boolean holds, String otherwise, Object... arguments) {
    if (!holds) {
      throw new RefusedAnswerException(otherwise.formatted(arguments));
    }
  }
}
