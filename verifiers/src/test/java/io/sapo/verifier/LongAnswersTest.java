package io.sapo.verifier;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers that say the same again and again: whoever judges them takes neither a stack that grows
 * with them nor time that grows with their square (60,000 accents took 75 s).
 */
class LongAnswersTest {
  private static final int CHARS = 60_000;

  /** All of a verifier's answers take one or two. */
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private static final List<String> PARTS =
      List.of(
          " ",
          "~",
          "\\,",
          "\\quad",
          "\n",
          ",000",
          "1,000",
          ".000",
          "_1",
          "1",
          "0",
          "-",
          "+1",
          "1+1=",
          "*",
          "(",
          ")",
          "[",
          "{",
          "}",
          "()",
          "\\boxed{",
          "\\boxed{1}",
          "\\text{",
          "\\frac",
          "\\frac{1}{",
          "#### ",
          "#### 1",
          "$",
          "a",
          "a ",
          "A ",
          "A,",
          "(A)",
          "A or ",
          "not ",
          "is ",
          "one ",
          "twenty-",
          "1 or ",
          "1/",
          "^{",
          "_{",
          "\\",
          "\\\\",
          "&",
          "=",
          "<",
          "|",
          "%",
          "half of ",
          "hundred ",
          "<b>",
          "x+",
          "xy",
          "\\sqrt{",
          "\\left(",
          "\\begin{pmatrix}",
          "1&",
          "1e",
          "\\pi",
          "log ",
          "\u0301",
          "e\u0301",
          "\uD835\uDFCF",
          "The answer is ",
          "Answer: ",
          "**Answer:** ",
          "`",
          "12:30 ",
          "1st ",
          "km/h",
          "<think>",
          "option ",
          "option A is ",
          "1-",
          "\u0130",
          "\u00df",
          "ignore ",
          "dozen ",
          "not A or ",
          "(A) and ",
          "B is correct. ",
          "the point is ",
          "\nB) ",
          "(1,2)U",
          "2.5(4)=",
          "4!=",
          "#### Final answer\n",
          "`*\"'");

  static Stream<String> verifiers() {
    return Stream.of("numeric", "gsm8k", "boxed-math", "choice", "exact", "geo3k", "gsm8k-steps");
  }

  @ParameterizedTest
  @MethodSource("verifiers")
  void areJudged(String name) {
    Verifier verifier = Verifiers.load(VerifierSettings.DEFAULT).find(name).orElseThrow();
    String reference = name.equals("choice") ? "A" : "1";
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          for (String part : PARTS) {
            String many = part.repeat(CHARS / part.length());
            verifier.verify(many, reference);
            verifier.verify("#### 1" + many + "1", reference);
            verifier.verify("\\boxed{1" + many + "1}", reference);
            verifier.verify("The answer is " + many, reference);
          }
        });
  }

  /** Short ones, of numbers as large and as small as are reckoned with. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\tanh(3000)",
        "\\sinh(2999)+\\cosh(2999)+\\tanh(2999)",
        "\\sqrt{10^{-1000}\\pi+10^{-1001}e}",
        "\\ln(10^{-2000}\\pi+10^{-2001}e)",
        "\\sqrt{10^{2000}\\pi+e}"
      })
  void andReckonedWith(String expression) {
    Verifier verifier = Verifiers.load(VerifierSettings.DEFAULT).find("numeric").orElseThrow();
    String answer = "\\boxed{" + String.join("+", Collections.nCopies(10, expression)) + "}";
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          for (int i = 0; i < 30; i++) {
            verifier.verify(answer, "1");
          }
        });
  }
}
