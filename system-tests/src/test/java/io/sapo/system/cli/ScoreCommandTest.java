package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
  @TempDir Path folder;

  private List<JsonNode> score(String verifier, String... lines) throws IOException {
    Path input = folder.resolve("input.jsonl");
    Files.write(input, List.of(lines));
    Outcome outcome =
        CommandLineRunner.plain()
            .run("score", "--verifier", verifier, "--input", input.toString(), "--explain");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    List<JsonNode> scored = new ArrayList<>();
    for (String line : outcome.out().lines().toList()) {
      scored.add(new ObjectMapper().readTree(line));
    }
    return scored;
  }

  @Test
  void explainsWhatWasFoundHowItWasReadAndWhy() throws IOException {
    List<JsonNode> scored =
        score(
            "boxed-math",
            "{\"response\": \"so \\\\boxed{2\\\\frac12\\\\text{ cm}}\", \"answer\": \"2.5\"}",
            "{\"response\": \"so \\\\boxed{(1,2)}\", \"answer\": \"(1,2]\"}",
            "{\"response\": \"so 5\", \"answer\": \"5\"}");

    assertThat(scored.get(0).get("judged_correct").asBoolean()).isTrue();
    assertThat(scored.get(0).get("found_answer").asText()).isEqualTo("2\\frac12\\text{ cm}");
    assertThat(scored.get(0).get("answer_read").asText()).startsWith("5/2");
    assertThat(scored.get(0).get("reference_read").asText()).isEqualTo("5/2");
    assertThat(scored.get(0).get("why").asText()).isEqualTo("the same value");
    assertThat(scored.get(1).get("judged_correct").asBoolean()).isFalse();
    assertThat(scored.get(1).get("reference_read").asText()).isEqualTo("(1, 2]");
    assertThat(scored.get(1).get("why").asText()).isEqualTo("different values");
    assertThat(scored.get(2).get("why").asText()).contains("no answer was found", "box");
  }

  @Test
  void aLineWithoutEndIsRefusedInASentence() throws IOException {
    Path sound =
        Files.writeString(
            folder.resolve("long.jsonl"), "{\"response\": \"18\", \"answer\": \"18\"}\n");
    try (RandomAccessFile file = new RandomAccessFile(sound.toFile(), "rw")) {
      file.setLength(1L << 40);
    }
    Outcome outcome =
        CommandLineRunner.plain().run("score", "--verifier", "exact", "--input", sound.toString());
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .contains(sound + ", line 2: has more than the 16777216 bytes that are taken");
  }

  @Test
  void onlyResponsesCount() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("gaps.jsonl"), "\n{\"response\": \"18\", \"answer\": \"18\"}\n\n\n");
    Outcome one =
        CommandLineRunner.plain().run("score", "--verifier", "exact", "--input", file.toString());
    assertThat(one.err()).contains("1 lines, 1 right (100.0 %), mean reward 1.0000");
    Files.writeString(file, "\n");
    Outcome none =
        CommandLineRunner.plain().run("score", "--verifier", "exact", "--input", file.toString());
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err()).contains("holds no response");
  }

  @Test
  void everyVerifierExplains() throws IOException {
    for (String verifier : List.of("gsm8k", "numeric", "choice", "exact", "geo3k")) {
      String reference = verifier.equals("choice") ? "B" : "18";
      for (String response : List.of("A: 17", "\\\\boxed{18}", "(B)", "nothing", "")) {
        JsonNode scored =
            score(
                    verifier,
                    "{\"response\": \"" + response + "\", \"answer\": \"" + reference + "\"}")
                .get(0);
        assertThat(scored.get("why").asText()).as(verifier + ": " + response).isNotEmpty();
      }
    }
  }
}
