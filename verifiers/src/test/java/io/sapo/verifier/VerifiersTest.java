package io.sapo.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifiersTest {
  private static final Verifiers VERIFIERS = Verifiers.load(VerifierSettings.DEFAULT);

  @Test
  void allAreFoundByName() {
    assertThat(VERIFIERS.names())
        .containsExactly(
            "boxed-math",
            "choice",
            "exact",
            "format",
            "geo3k",
            "given",
            "gsm8k",
            "gsm8k-steps",
            "numeric");
    assertThat(VERIFIERS.find("oracle")).isEmpty();
  }

  @Test
  void twoOfOneNameAreRefused() {
    assertThatThrownBy(
            () ->
                Verifiers.of(
                    List.of(new Gsm8kVerifier(), new Gsm8kVerifier()), VerifierSettings.DEFAULT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gsm8k");
  }

  /** In responses, ⏎ is the end of a line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // verifier | response | reference | correct
        "gsm8k|so 9*2=18⏎#### 18|18|true",
        "gsm8k|it is 23+5=28 #### 28|#### 28|true",
        "gsm8k|A: $1,234|A: 1234|true",
        "gsm8k|A: 18 dollars.|18|true",
        "gsm8k|  **A:** 18|18|true",
        "gsm8k|#### 18.0|18|true",
        "gsm8k|#### -3|3|false",
        "gsm8k|#### −3|-3|true",
        "gsm8k|#### -$3|-3|true",
        "gsm8k|#### 1/2|0.5|true",
        "gsm8k|#### 17⏎A: 18|18|true",
        "gsm8k|A: 18⏎#### 17|18|false",
        "gsm8k|#### 17 18|18|false",
        "gsm8k|#### 17 or 18|17|false",
        "gsm8k|DNA: 18|18|false",
        "gsm8k|18|18|false",
        "gsm8k|####|18|false",
        "gsm8k|``|18|false",
        "gsm8k|#### 1,8|18|false",
        "gsm8k|#### 10 - 3 = 7|7|false",
        "gsm8k|#### 12 cm^2|12|true",
        "gsm8k|#### 0.3333333333333333|0.333333333333333|false",
        "numeric|the total is 4.2430|4.2426|true",
        "numeric|first 1 then 4.2|4.2426|false",
        "numeric|Final answer: **98.96**|98.9602|true",
        "numeric|The answer is 30.|30.0|true",
        "numeric|\\boxed{\\frac{3}{2}} or so, 7|1.5|true",
        "numeric|Answer: 3/2|1.5|true",
        "numeric|Answer: 1.5e2 m|150|true",
        "numeric|Answer: 1 5|15|false",
        "numeric|Answer: eight⏎but 7|7|false",
        "numeric|Answer: seven⏎but 8|7|true",
        "numeric|-37|-37|true",
        "numeric|37|-37|false",
        "numeric|nothing|0|false",
        "choice|B|B|true",
        "choice|(b).|B|true",
        "choice|Answer: B|B|true",
        "choice|Answer: (B) no|B|true",
        "choice|Answer: option B|(B)|true",
        "choice|\\boxed{\\text{B}}|B|true",
        "choice|The answer is **B**.|B|true",
        "choice|Answer: B because A) is wrong|B|true",
        "choice|Answer: A or B|B|false",
        "choice|Answer: A, B|A|false",
        "choice|Answer: yes|Y|false",
        "choice|(A) looks right, but it is (B)|B|true",
        "choice|Because|B|false",
        "choice|Answer: B⏎Answer: C|B|false",
        "choice|Answer: B) 12 V|B|true",
        "choice|The answer is (C) 20 J.|C|true",
        "choice|B. Vitamin C|B|true",
        "choice|(B) 300 K|B|true",
        "choice|D. 5 N|D|true",
        "choice|(C) point D|C|true",
        "choice|B. So D|B|false",
        "choice|B. Therefore D|B|false",
        "choice|B) Hold on D|B|false",
        "choice|B) nope D|B|false",
        "choice|B. Correction D|B|false",
        "choice|B - make that D|B|false",
        "choice|B. Switching my vote D|B|false",
        "choice|B. So D!|B|false",
        "choice|B. So **D**.|B|false",
        "choice|B. Vitamin C. So D|B|false",
        "choice|B. point D or group E|B|false",
        "choice|A - scratch that C|A|false",
        "choice|A. Definitely C.|A|false",
        "choice|A. For question 2 C|A|false",
        "choice|A; part 2 C|A|false",
        "choice|A. question 2 V|A|false",
        "choice|A. For 2 C|A|false",
        "choice|A. 2 C|A|false",
        "choice|A - point C|A|false",
        "choice|A; point C|A|false",
        "choice|A. Correction: point C|A|false",
        "choice|A, 12 V|A|false",
        "choice|Answer: B. Lines L|B|false",
        "choice|B: about 1,200.5 J|B|true",
        "choice|B) the line **L**.|B|true",
        "choice|A. Blood type B|A|true",
        "choice|(A) Hepatitis B|A|true",
        "choice|D) -40 °F|D|true",
        "choice|Answer: **B)** 30 °C, as measured|B|true",
        "choice|Answer: A. 5 N/C|A|true",
        "choice|Answer: A. red B. blue|A|false",
        "choice|Answer: A. 12 B|A|false",
        "choice|Answer: B. 12 C. none of these|B|false",
        "choice|(C) point D|D|false",
        "choice|A and C|A|false",
        "choice|not A but B|A|false",
        "choice|Answer: (A) or C|A|false",
        "choice|Answer: (A), then C|A|false",
        "choice|Answer: (A) no C|A|false",
        "choice|Answer: A. 12 B. 15 C. 18|A|false",
        "choice|Answer: A. 12 C. 15|A|false",
        "choice|Answer: A) 12 C) 15|A|false",
        "choice|Answer: B. It has less mass, so the answer is well supported.|B|true",
        "choice|Answer: B⏎The answer is correct because of (C).|B|true",
        "choice|<think>\\boxed{C}?</think> <answer>B</answer>|B|true",
        "numeric|#### 18⏎I checked it: this answer is correct.|18|true",
        "numeric|#### 18⏎The answer is right, since 20 is too much|18|true",
        "numeric|#### 18⏎The answer is right, 20|18|false",
        "numeric|#### 18⏎This answer is not correct.|18|false",
        "numeric|#### 17⏎The answer is indeed verified by 18|18|false",
        "numeric|The answer is 18⏎This answer is consistent with the text|18|true",
        "numeric|<think>so \\boxed{17}</think> <answer>18</answer>|18|true",
        "numeric|<think>so \\boxed{17}</think> <answer>18</answer>|17|false",
        "numeric|<think>so \\boxed{17}</think>⏎#### 18|18|true",
        "numeric|<think>so \\boxed{17}. Answer: 18</think> I do not know|17|true",
        "numeric|<answer>17</answer> no, \\boxed{18}|18|true",
        "numeric|<answer>it is \\boxed{18}, not 17</answer>|18|true",
        "numeric|<think>\\boxed{18}</think> This answer is correct.|18|true",
        "exact|The answer is right.|right|true",
        "exact|Answer: DE⏎The answer is right.|DE|false",
        "exact|The answer is left.⏎No, the mirror swaps sides.⏎So the answer is right.|right|true",
        "exact|The answer is left.⏎No, the mirror swaps sides.⏎So the answer is right.|left|false",
        "exact|The answer is invalid. On reflection the answer is valid.|valid|true",
        "exact|The answer is invalid.⏎On reflection the answer is valid.|invalid|false",
        "exact|Answer: incorrect⏎So I take that back. The answer is correct|correct|true",
        "exact|Answer: incorrect⏎So I take that back. The answer is correct|incorrect|false",
        "exact|Answer: left⏎The mirror swaps sides.⏎Answer: right|right|true",
        "exact|Answer: left⏎The mirror swaps sides.⏎Answer: right|left|false",
        "exact|<think>\\boxed{left}?</think> So the answer is right.|right|true",
        "exact|<think>\\boxed{left}?</think> So the answer is right.|left|false",
        "numeric|Answer: 18⏎Answer: correct|18|false",
        "choice|Answer: B⏎Answer: correct|B|false",
        "exact|Answer: x⏎The answer is right triangle|right triangle|true",
        "exact|x  = 0|x = 0|true",
        "exact|Answer: x = 0.|x = 0|true",
        "exact|**Answer:** DE|DE|true",
        "exact|Answer: de|DE|false",
        "exact|the path is DE|DE|false",
        "exact|``|DE|false",
        "boxed-math|\\boxed{2\\sqrt{3}}|2 \\sqrt{3}|true",
        "boxed-math|\\boxed{\\sqrt{12}}|2\\sqrt3|true",
        "boxed-math|\\boxed{\\dfrac{1}{2}}|0.5|true",
        "boxed-math|\\boxed{1\\frac{1}{2}}|\\boxed{1.5}|true",
        "boxed-math|\\boxed{\\frac12}|\\frac{2}{4}|true",
        "boxed-math|\\boxed{12\\pi}|12 \\pi|true",
        "boxed-math|\\boxed{37.7}|12\\pi|false",
        "boxed-math|\\boxed{x = 5}|5|true",
        "boxed-math|\\boxed{60^\\circ}|60|true",
        "boxed-math|\\boxed{5\\text{ cm}}|5|true",
        "boxed-math|\\boxed{\\text{yes}}|yes|true",
        "boxed-math|\\boxed{1,000}|1000|true",
        "boxed-math|\\boxed{(1.000, -4.000)}|(1, -4)|true",
        "boxed-math|\\boxed{(1, -4)}|(-4, 1)|false",
        "boxed-math|\\boxed{(1, 4)}|[1, 4]|false",
        "boxed-math|\\boxed{1 2}|12|false",
        "boxed-math|\\boxed{5} no, \\boxed{6}|5|false",
        "boxed-math|\\boxed{5|5|false",
        "boxed-math|5|5|false",
        "boxed-math|\\boxed{a+b}|a + b|true",
        "boxed-math|\\boxed{b+a}|a+b|true",
        "boxed-math|\\boxed{1/0}|5|false",
        "boxed-math|\\boxed{2^{10}}|1024|true",
        "boxed-math|\\boxed{\\sqrt[3]{8}}|2|true",
      })
  void judges(String verifier, String response, String reference, boolean correct) {
    String text = response.replace('⏎', '\n');

    Verdict verdict = VERIFIERS.find(verifier).orElseThrow().verify(text, reference);

    assertThat(verdict).isEqualTo(Verdict.of(correct));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<think>2x=10</think> \\boxed{5}|1.0|true",
        "<think>2x=10</think> \\boxed{6}|0.1|false",
        "2x=10, \\boxed{5}|0.9|true",
        "so <think>2x=10</think> \\boxed{5}|0.9|true",
        "<think>\\boxed{5}</think>|0.9|true",
        "<think>2x=10 \\boxed{5}|0.9|true",
        "5|0.0|false"
      })
  void geo3kAddsAShareForTheForm(String response, double reward, boolean correct) {
    assertThat(VERIFIERS.find("geo3k").orElseThrow().verify(response, "5"))
        .isEqualTo(new Verdict(reward, correct));
  }

  @Test
  void toleranceIsConfigured() {
    Verifier wide = Verifiers.load(new VerifierSettings(0.1)).find("numeric").orElseThrow();
    Verifier none = Verifiers.load(new VerifierSettings(0)).find("numeric").orElseThrow();

    assertThat(wide.verify("109", "100").correct()).isTrue();
    assertThat(wide.verify("111", "100").correct()).isFalse();
    assertThat(wide.verify("0.0105", "0.01").correct()).isTrue();
    assertThat(wide.verify("0.05", "0").correct()).isFalse();
    assertThat(wide.verify("0", "0.05").correct()).isFalse();
    assertThat(none.verify("100.0", "100").correct()).isTrue();
    assertThat(none.verify("100.0001", "100").correct()).isFalse();
    assertThatThrownBy(() -> new VerifierSettings(Double.NaN)).hasMessageContaining("tolerance");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gsm8k|many",
        "gsm8k|#### 1 2",
        "numeric|x = y",
        "choice|yes",
        "exact|' '",
        "boxed-math|' '",
        "geo3k|' '"
      })
  void referencesThatCannotBeJudgedByAreTheTasksFault(String verifier, String reference) {
    assertThatThrownBy(() -> VERIFIERS.find(verifier).orElseThrow().verify("#### 5", reference))
        .isInstanceOf(ReferenceAnswerException.class)
        .hasMessageContaining(verifier);
  }

  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  @ParameterizedTest
  @ValueSource(
      strings = {
        "A:",
        "A: ",
        " A:",
        "####",
        "#### 1",
        "answer is ",
        "\\boxed{",
        "\\boxed{1}",
        "{",
        "}",
        "1",
        "1,",
        "1,000",
        "12,34,",
        "is not 1 ",
        "(A) not ",
        ".",
        "1/",
        "-",
        "(A)",
        "A)",
        " ",
        "\n",
        "\\frac",
        "\\frac{1}{",
        "\\sqrt",
        "(",
        "^",
        "2^",
        "<think>",
        "</think>",
        "9e99",
        "\\text{",
        "\ud83d",
        "\u0130"
      })
  void hostileTextIsJudgedInLinearTime(String piece) {
    String flood = piece.repeat(1_000_000 / piece.length());
    String closed = "\\boxed{" + piece.repeat(400 / piece.length()) + "}";
    for (String name : thoseWhoRead()) {
      Verifier verifier = VERIFIERS.find(name).orElseThrow();
      String reference = name.equals("choice") ? "B" : "123456.5";
      for (String response :
          List.of(flood, "#### " + flood, flood + "\n#### 7", closed, "<think>" + flood)) {
        assertThat(verifier.verify(response, reference).correct()).as(name).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyTextIsJudged(long seed) {
    Random random = new Random(seed);
    String alphabet = "0123456789.,-+*/^(){}[]\\ \n:#$AB%xe=";
    List<String> words =
        List.of("\\boxed{", "\\frac{", "\\sqrt", "\\pi", "A:", "####", "answer is");
    for (int trial = 0; trial < 3_000; trial++) {
      StringBuilder response = new StringBuilder();
      for (int i = random.nextInt(40); i >= 0; i--) {
        response.append(
            random.nextInt(5) == 0
                ? words.get(random.nextInt(words.size()))
                : alphabet.charAt(random.nextInt(alphabet.length())));
      }
      for (String name : thoseWhoRead()) {
        Verifier verifier = VERIFIERS.find(name).orElseThrow();
        String reference = name.equals("choice") ? "B" : "7";
        Verdict verdict = verifier.verify(response.toString(), reference);

        assertThat(verdict.reward()).isBetween(0.0, 1.0);
        assertThat(verifier.verify(response.toString(), reference)).isEqualTo(verdict);
      }
    }
  }

  /** All who judge by the response; the one left out takes a reward as it is given. */
  private static List<String> thoseWhoRead() {
    return VERIFIERS.names().stream().filter(name -> !name.equals("given")).toList();
  }

  @Test
  void aRewardThatWasGivenIsTakenAsItIs() {
    Verifier given = VERIFIERS.find("given").orElseThrow();
    assertThat(given.verify("whatever", "0.25")).isEqualTo(new Verdict(0.25, true));
    assertThat(given.verify("", "-1e3")).isEqualTo(new Verdict(-1000, false));
    for (String reference : List.of("", "NaN", "Infinity", "1001", "1,5", "five")) {
      assertThatThrownBy(() -> given.verify("whatever", reference))
          .isInstanceOf(ReferenceAnswerException.class)
          .hasMessageContaining("a number from -1000 to 1000");
    }
  }
}
