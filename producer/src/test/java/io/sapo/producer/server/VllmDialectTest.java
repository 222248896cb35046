package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.server.Answer.Ending;
import io.sapo.producer.server.Answer.Span;
import io.sapo.producer.server.Dialect.CompletionRequest;
import io.sapo.producer.server.Dialect.Identity;
import io.sapo.producer.server.ServerClient.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Reads answers that were recorded from vLLM 0.32.0. */
class VllmDialectTest {
  private static final Publication WEIGHTS =
      new Publication(
          7,
          "sapo-v7-0123456789ab",
          Path.of("x"),
          true,
          new Fingerprint(new float[0]),
          Optional.empty(),
          Optional.empty());

  private final VllmDialect dialect =
      new VllmDialect(new ResponseRules(49152, new TreeSet<>(List.of(0)), List.of()));

  private static byte[] recorded(String name) throws IOException {
    try (InputStream in = VllmDialectTest.class.getResourceAsStream("/vllm-0.32.0/" + name)) {
      return in.readAllBytes();
    }
  }

  private Answer only(String file, boolean inPlace, String path) throws IOException {
    JsonNode reply = new Reply(200, recorded(file)).json();
    List<Answer> answers = dialect.answers(new Identity("m", 1024, inPlace, path), WEIGHTS, reply);
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  @Test
  void bothRoutesSayTheSameOfTheSameResponse() throws Exception {
    Answer generated = only("generate.json", true, "/inference/v1/generate");
    Answer completed = only("completions.json", false, "/v1/completions");
    for (Answer answer : List.of(generated, completed)) {
      assertThat(answer.tokens()).hasSize(4);
      assertThat(answer.ending()).isEqualTo(Ending.LENGTH);
      assertThat(answer.versions()).containsExactly(new Span("sapo-v7-0123456789ab", 0, 4));
      assertThat(answer.candidates()).hasSize(4);
    }
    assertThat(completed.tokens()).isEqualTo(generated.tokens());
    for (int i = 0; i < 4; i++) {
      assertThat(completed.logProbs()[i]).isCloseTo(generated.logProbs()[i], within(1e-5));
      assertThat(completed.candidates().get(i).tokens())
          .contains(generated.candidates().get(i).tokens());
    }
  }

  @Test
  void tokensThatAreNeverSampledHaveNoMass() throws Exception {
    Answer answer = only("generate-top-p.json", true, "/inference/v1/generate");
    assertThat(answer.logProbs()[0]).isZero();
    assertThat(answer.candidates().get(0).logProbs()).contains(0, -9999, -9999);
  }

  private JsonNode sampling(String path, List<String> stops) {
    JsonNode request =
        dialect.request(
            new Identity("m", 1024, false, path),
            WEIGHTS,
            new CompletionRequest(
                new int[] {72}, new Sampling(1, 1, 0, 9), 1, 1, 2, stops, Optional.empty(), false));
    return request.has("sampling_params") ? request.get("sampling_params") : request;
  }

  /** A server that marks what it samples would draw by its own key, not by the seed. */
  @Test
  void nothingThatIsSampledIsMarked() {
    for (String path : List.of("/inference/v1/generate", "/v1/completions")) {
      assertThat(sampling(path, List.of()).path("watermarking").asBoolean(true)).isFalse();
    }
  }

  /** The token in which one ends is part of the answer; without any, nothing is said of them. */
  @Test
  void stopTextsAreSentAlong() {
    for (String path : List.of("/inference/v1/generate", "/v1/completions")) {
      JsonNode sampling = sampling(path, List.of("\n", "END"));
      assertThat(sampling.path("stop")).extracting(JsonNode::asText).containsExactly("\n", "END");
      assertThat(sampling.path("include_stop_str_in_output").asBoolean()).isTrue();
      assertThat(sampling(path, List.of()).has("stop")).isFalse();
    }
  }

  @Test
  void anErrorIsToldInTheServersWords() throws Exception {
    assertThat(new Reply(404, recorded("unknown-model.json")).text())
        .isEqualTo("The model `nobody` does not exist. Valid aliases: m.");
  }
}
