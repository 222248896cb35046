package io.sapo.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.verifier.Verifier;
import io.sapo.verifier.VerifierSettings;
import io.sapo.verifier.Verifiers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Verdicts on 1,000 solutions that models wrote for GSM8K, one thread. */
final class VerifierBench implements Bench {
  private static final String SOLUTIONS = "gsm8k-graded-solutions.jsonl.gz";
  private static final int WARM_UP = 30;
  private static final int ROUNDS = 15;

  private record Solution(String response, String reference) {
    /** The same with both answers in a box. */
    Solution boxed() {
      return new Solution(boxed(response), boxed(reference));
    }

    private static String boxed(String text) {
      int mark = Math.max(text.lastIndexOf("####"), text.lastIndexOf("A:"));
      return mark < 0
          ? text
          : text.substring(0, mark)
              + "$\\boxed{"
              + text.substring(mark).replaceFirst("####|A:", "").strip()
              + "}$";
    }
  }

  @Override
  public String name() {
    return "verifiers";
  }

  @Override
  public String about() {
    return "verdicts on 1,000 model solutions of GSM8K, one thread";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws IOException {
    List<Solution> solutions = solutions();
    Verifiers verifiers = Verifiers.load(VerifierSettings.DEFAULT);
    double plain = rate(verifiers.find("gsm8k").orElseThrow(), solutions);
    double boxed =
        rate(
            verifiers.find("boxed-math").orElseThrow(),
            solutions.stream().map(Solution::boxed).toList());
    return List.of(
        Row.atLeast(name(), "gsm8k, verdicts a second a core", plain, "1/s", 20_000),
        Row.info(name(), "boxed-math on the same, boxed", boxed, "1/s"));
  }

  private static double rate(Verifier verifier, List<Solution> solutions) {
    double[] rates = new double[ROUNDS];
    int right = 0;
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      long begun = System.nanoTime();
      right = 0;
      for (Solution solution : solutions) {
        right += verifier.verify(solution.response, solution.reference).correct() ? 1 : 0;
      }
      if (round >= 0) {
        rates[round] = solutions.size() / Medians.seconds(begun);
      }
    }
    if (right == 0 || right == solutions.size()) {
      throw new IllegalStateException(
          verifier.name() + " finds " + right + " of " + solutions.size() + " solutions right");
    }
    return Medians.of(rates);
  }

  private static List<Solution> solutions() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<Solution> solutions = new ArrayList<>();
    try (InputStream in = VerifierBench.class.getResourceAsStream(SOLUTIONS);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode graded = json.readTree(line);
        solutions.add(
            new Solution(
                graded.get("response").asText(), graded.get("reference_solution").asText()));
      }
    }
    return solutions;
  }
}
