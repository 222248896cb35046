package io.sapo.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Verdicts decided by hand: every line of every file in a folder, of this project or of {@code
 * -Dsapo.reference.verify=DIR}. A line has {@code response}, {@code answer} and {@code want}; its
 * verifier is {@code boxed-math} unless it names another. Lines without {@code want} are judged,
 * and may come out either way.
 */
class ReferenceVerifyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Verifiers VERIFIERS = Verifiers.load(VerifierSettings.DEFAULT);

  private static Path folder() throws URISyntaxException {
    String given = System.getProperty("sapo.reference.verify");
    return given == null
        ? Path.of(ReferenceVerifyTest.class.getResource("reference").toURI())
        : Path.of(given);
  }

  @Test
  void everyVerdictIsTheOneDecidedByHand() throws IOException, URISyntaxException {
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder())) {
      files = entries.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    List<String> wrong = new ArrayList<>();
    int lines = 0;
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        lines++;
        JsonNode test = JSON.readTree(line);
        boolean right = judge(test);
        if (test.has("want") && test.get("want").asBoolean() != right) {
          wrong.add(file.getFileName() + ": " + line);
        }
      }
    }
    assertThat(wrong).as("of %d lines", lines).isEmpty();
  }

  private static boolean judge(JsonNode test) {
    String name = test.has("verifier") ? test.get("verifier").asText() : "boxed-math";
    Verifier verifier = VERIFIERS.find(name).orElseThrow();
    return verifier.verify(test.get("response").asText(), test.get("answer").asText()).correct();
  }
}
