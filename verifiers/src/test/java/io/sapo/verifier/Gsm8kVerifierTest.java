package io.sapo.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class Gsm8kVerifierTest {
  private final Verifier verifier = new Gsm8kVerifier();

  @Test
  void agreesWithEveryPublishedLabel() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> disagreements = new ArrayList<>();
    int labels = 0;
    try (InputStream in = getClass().getResourceAsStream("gsm8k-graded-solutions.jsonl.gz");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode graded = json.readTree(line);
        String response = graded.get("response").asText();
        Verdict verdict = verifier.verify(response, graded.get("reference_solution").asText());
        labels++;
        if (verdict.correct() != graded.get("is_correct").asBoolean()) {
          disagreements.add(response);
        }
      }
    }
    assertThat(labels).isEqualTo(1000);
    assertThat(disagreements).isEmpty();
  }
}
