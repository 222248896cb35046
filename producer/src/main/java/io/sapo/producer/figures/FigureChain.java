package io.sapo.producer.figures;

import io.sapo.producer.chain.Chain;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.figures.Figure.Bar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bar chart and a {@link Chain} whose digits are heights of its bars, named by colour: {@code red
 * a+blue b-red?}. Solutions are those of the chain, {@code a7+5=12}.
 *
 * @param bars left to right, no colour twice
 * @param asked bars of the chain's digits, the start first
 */
public record FigureChain(List<Bar> bars, List<Bar> asked, Chain chain) {
  private static final Pattern PROMPT = Pattern.compile("([a-z]+)((?: [a-z][+-][a-z]+)+)\\?");
  private static final Pattern STEP = Pattern.compile(" ([a-z][+-])([a-z]+)");

  static FigureChain draw(SplittableRandom random, Lengths lengths) {
    List<Bar> bars = Figure.bars(random);
    List<Bar> asked = new ArrayList<>();
    Chain chain =
        Chain.draw(
            random,
            lengths,
            () -> {
              Bar bar = bars.get(random.nextInt(bars.size()));
              asked.add(bar);
              return bar.height();
            });
    return new FigureChain(bars, List.copyOf(asked), chain);
  }

  String prompt() {
    StringBuilder prompt = new StringBuilder(asked.get(0).colour().word());
    for (int i = 0; i < chain.steps().size(); i++) {
      prompt.append(' ').append(Chain.letter(i)).append(chain.steps().get(i) < 0 ? '-' : '+');
      prompt.append(asked.get(i + 1).colour().word());
    }
    return prompt.append('?').toString();
  }

  /**
   * The chain of a prompt, as {@link Chain#prompt} has it, with heights read from the picture.
   *
   * @return empty where the prompt is not one of these, or the picture lacks a bar that it names
   */
  public static Optional<String> spelledOut(String prompt, byte[] png) {
    Matcher whole = PROMPT.matcher(prompt);
    if (!whole.matches()) {
      return Optional.empty();
    }
    List<Bar> bars = FigureRenderer.read(png);
    Optional<String> start = height(whole.group(1), bars);
    StringBuilder chain = new StringBuilder(start.orElse(""));
    Matcher step = STEP.matcher(whole.group(2));
    while (step.find()) {
      Optional<String> digit = height(step.group(2), bars);
      if (start.isEmpty() || digit.isEmpty()) {
        return Optional.empty();
      }
      chain.append(step.group(1)).append(digit.get());
    }
    return Optional.of(chain.append('?').toString());
  }

  private static Optional<String> height(String colour, List<Bar> bars) {
    return bars.stream()
        .filter(bar -> bar.colour().word().equals(colour))
        .findFirst()
        .map(bar -> Integer.toString(bar.height()));
  }

  /** Equal charts with equal prompts have equal fingerprints. */
  long fingerprint() {
    long code = chain.fingerprint();
    for (Bar bar : bars) {
      code = code * 97 + bar.colour().ordinal();
      code = code * 97 + bar.height();
    }
    for (Bar bar : asked) {
      code = code * 31 + bar.colour().ordinal();
    }
    return Figure.mixed(code);
  }
}
