package io.sapo.policy.generation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.policy.ReferenceFolders;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenScores;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A real language model against what the public library makes of it: {@code
 * -Dsapo.reference.real=DIR}, a folder that {@code src/test/resources/reference/real/make.py}
 * wrote.
 */
@EnabledIfSystemProperty(named = "sapo.reference.real", matches = ".+")
class ReferenceRealModelTest {
  private static final double TOLERANCE = 1e-4;
  private static final int SLOTS = 8;
  private static final int STEPS_PER_CALL = 8;

  private static List<JsonNode> cases;
  private static CheckpointProfile profile;
  private static Weights weights;

  @BeforeAll
  static void open() throws IOException {
    Path folder = ReferenceFolders.of("real");
    ObjectMapper mapper = new ObjectMapper();
    cases = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("expected.jsonl"))) {
      cases.add(mapper.readTree(line));
    }
    assertThat(cases).isNotEmpty();
    CheckpointFolder checkpoint = CheckpointFolder.open(folder.resolve("checkpoint"));
    profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT);
    weights = Weights.read(checkpoint, Head.LANGUAGE_MODEL, TestDevice.get());
  }

  @AfterAll
  static void close() {
    profile.close();
    weights.close();
  }

  @Test
  void textAndChatsBecomeTheSameTokens() {
    for (JsonNode expected : cases) {
      String text = expected.get("text").asText();
      assertThat(profile.tokenizer().encode(text)).as(text).isEqualTo(ints(expected, "ids"));
      String chat = profile.chat(List.of(Map.of("role", "user", "content", text)));
      assertThat(chat).isEqualTo(expected.get("chat").asText());
      assertThat(profile.tokenizer().encode(chat)).isEqualTo(ints(expected, "prompt_ids"));
    }
  }

  @Test
  void greedyContinuationsAreTheSame() {
    int longest = cases.stream().mapToInt(c -> sequence(c).length()).max().orElseThrow();
    GeneratorOptions options = new GeneratorOptions(SLOTS, longest + 1, STEPS_PER_CALL, List.of());
    int[][] found = new int[cases.size()][];
    try (Generator generator = Generator.load(profile.model(), options, TestDevice.get())) {
      int next = 0;
      while (next < found.length || generator.running() > 0) {
        for (; next < found.length && generator.freeSlots() > 0; next++) {
          generator.submit(request(next));
        }
        for (Generation generation : generator.advance(weights, 0)) {
          found[Integer.parseInt(generation.id())] = generation.tokens();
        }
      }
    }
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i])
          .as("%s, margin %s", cases.get(i).get("text"), cases.get(i).get("margin"))
          .isEqualTo(ints(cases.get(i), "continuation"));
    }
  }

  private static GenerationRequest request(int index) {
    TokenSequence whole = sequence(cases.get(index));
    TokenSequence prompt = TokenSequence.text(whole.promptTokens(), new int[0]);
    Sampling greedy = Sampling.greedy(whole.responseTokens().length);
    return new GenerationRequest(Integer.toString(index), prompt, greedy, index);
  }

  @Test
  void logProbabilitiesAndEntropiesAreTheSame() {
    double worst = 0;
    double worstEntropy = 0;
    try (Network network = Network.load(profile.model(), Head.LANGUAGE_MODEL, TestDevice.get())) {
      for (JsonNode expected : cases) {
        TokenScores scores = network.score(weights, List.of(sequence(expected)), 1);
        worst = Math.max(worst, apart(scores.logProbs()[0], expected.get("log_probs")));
        worstEntropy =
            Math.max(worstEntropy, apart(scores.entropies()[0], expected.get("entropies")));
      }
    }
    System.out.printf(
        "%d cases: log-probabilities within %.2g, entropies within %.2g%n",
        cases.size(), worst, worstEntropy);
    assertThat(worst).isLessThanOrEqualTo(TOLERANCE);
    assertThat(worstEntropy).isLessThanOrEqualTo(TOLERANCE);
  }

  private static double apart(float[] found, JsonNode wanted) {
    assertThat(found).hasSize(wanted.size());
    double worst = 0;
    for (int i = 0; i < found.length; i++) {
      worst = Math.max(worst, Math.abs(found[i] - wanted.get(i).asDouble()));
    }
    return worst;
  }

  private static TokenSequence sequence(JsonNode expected) {
    return TokenSequence.text(ints(expected, "prompt_ids"), ints(expected, "continuation"));
  }

  private static int[] ints(JsonNode node, String field) {
    int[] values = new int[node.get(field).size()];
    Arrays.setAll(values, i -> node.get(field).get(i).asInt());
    return values;
  }
}
