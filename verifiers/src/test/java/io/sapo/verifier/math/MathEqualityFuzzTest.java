package io.sapo.verifier.math;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Mutated answers against references; {@code -Dsapo.fuzz.answers=1000000} for many, {@code
 * -Dsapo.fuzz.seed} for others. Nothing may be thrown, and nothing called equal that {@link
 * SlowReading} finds unequal. The run that is asked for also holds every verdict to fifty
 * milliseconds of processor time.
 */
class MathEqualityFuzzTest {
  private static final Integer ASKED = Integer.getInteger("sapo.fuzz.answers");
  private static final long SLOW_NANOS = 50_000_000;
  private static final String CHARACTERS = "0123456789xyab+-*/^(){}[],.=<>| %!_:\\";
  private static final List<String> PIECES =
      List.of(
          "\\frac{",
          "}{",
          "}",
          "\\sqrt{",
          "\\sqrt[3]{",
          "^{",
          "(",
          ")",
          "9",
          "99999",
          "\\pi",
          "\\pm ",
          "\\sin ",
          "\\ln ",
          "\\log_",
          "\\infty",
          "\\cup ",
          "\\text{",
          " or ",
          " and ",
          "|",
          "\\le ",
          "\\begin{pmatrix}",
          "&",
          "\\\\",
          "\\end{pmatrix}",
          "\\%",
          "^\\circ",
          "0",
          "e",
          "i",
          "10^",
          "1e400",
          "\\overline{",
          "\\binom{",
          "\\{",
          "\\}",
          ":",
          "cm",
          "\\times ",
          "\\ldots",
          "\u221a",
          "\u00b2",
          "!",
          "-1",
          "+0",
          "*1",
          "\\cdot ",
          "/1",
          "^2",
          "^9",
          "2",
          "\\left(",
          "\\right)",
          "x",
          "\ud83d",
          "\u0130",
          "\u0661",
          " ");

  private long slowest;

  private static List<String> references() throws IOException {
    List<String> references = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    for (String file : List.of("boxed-math.jsonl", "equality.jsonl", "notations.jsonl")) {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(
                  MathEqualityFuzzTest.class.getResourceAsStream("../reference/" + file),
                  StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          JsonNode test = json.readTree(line);
          references.add(test.get("answer").asText());
          String response = test.get("response").asText();
          int box = response.indexOf("\\boxed{");
          if (box >= 0 && response.lastIndexOf('}') > box) {
            references.add(response.substring(box + 7, response.lastIndexOf('}')));
          }
        }
      }
    }
    return references;
  }

  @Test
  void nothingIsThrownAndNothingUnequalCalledEqual() throws IOException {
    List<String> references = references();
    Random random = new Random(Long.getLong("sapo.fuzz.seed", 17));
    int answers = ASKED == null ? 20_000 : ASKED;
    int equal = 0;
    int checked = 0;
    List<String> wrong = new ArrayList<>();
    // What loads classes is no verdict's cost.
    references.forEach(reference -> MathEquality.same(mutated(reference, random), reference));
    for (int i = 0; i < answers; i++) {
      String reference = references.get(random.nextInt(references.size()));
      String answer = mutated(reference, random);
      boolean same = same(answer, reference);
      Optional<Boolean> slow = same ? SlowReading.same(answer, reference) : Optional.empty();
      equal += same ? 1 : 0;
      checked += slow.isPresent() ? 1 : 0;
      if (same && slow.isPresent() && !slow.get()) {
        wrong.add(answer + " is not " + reference);
      }
    }

    if (ASKED != null) {
      System.out.printf(
          "%d answers, %d equal, %d read twice, the slowest took %.1f ms%n",
          answers, equal, checked, slowest / 1e6);
    }
    assertThat(wrong).as("%d answers, %d equal, %d read twice", answers, equal, checked).isEmpty();
    assertThat(checked).isGreaterThan(answers / 200);
  }

  private boolean same(String answer, String reference) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    boolean same = MathEquality.same(answer, reference);
    if (ASKED != null) {
      long took = threads.getCurrentThreadCpuTime() - start;
      slowest = Math.max(slowest, took);
      assertThat(took)
          .as("nanoseconds for %s against %s", answer, reference)
          .isLessThan(SLOW_NANOS);
    }
    return same;
  }

  /** Most are near the reference, so that many are readable; some are floods. */
  private static String mutated(String reference, Random random) {
    StringBuilder text = new StringBuilder(reference);
    int changes = random.nextInt(10) == 0 ? 30 : 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> text.delete(at, Math.min(text.length(), at + 1));
        case 1 -> text.insert(at, CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        case 2 -> {
          if (at < text.length()) {
            text.setCharAt(at, CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
          }
        }
        default -> {
          int copies = random.nextInt(40) == 0 ? 60 : 1;
          text.insert(at, PIECES.get(random.nextInt(PIECES.size())).repeat(copies));
        }
      }
    }
    return text.toString();
  }
}
