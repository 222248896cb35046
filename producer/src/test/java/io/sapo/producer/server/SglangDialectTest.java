package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.server.Answer.Ending;
import io.sapo.producer.server.Answer.Span;
import io.sapo.producer.server.Dialect.CompletionRequest;
import io.sapo.producer.server.Dialect.Identity;
import io.sapo.producer.server.ServerClient.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Reads answers that were recorded from SGLang 0.5.23; token 49 was a stop token. */
class SglangDialectTest {
  private static final Identity IDENTITY = new Identity("m", 2048, false, "/generate");
  private static final Publication WEIGHTS =
      new Publication(
          7,
          "sapo-v7-0123456789ab",
          Path.of("x"),
          false,
          new Fingerprint(new float[0]),
          Optional.empty(),
          Optional.empty());

  private final SglangDialect dialect =
      new SglangDialect(new ResponseRules(265, new TreeSet<>(List.of(49, 256)), List.of()));

  private static String recorded(String name) throws IOException {
    try (InputStream in = SglangDialectTest.class.getResourceAsStream("/sglang-0.5.23/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Answer only(Reply reply) {
    List<Answer> answers = dialect.answers(IDENTITY, WEIGHTS, reply.json());
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  @Test
  void anAnswerHasItsStopTokenAndSaysWhoDrewIt() throws Exception {
    Answer answer =
        only(new Reply(200, recorded("generate.json").getBytes(StandardCharsets.UTF_8)));
    assertThat(answer.tokens()).endsWith(49);
    assertThat(answer.ending()).isEqualTo(Ending.STOP);
    assertThat(answer.versions())
        .containsExactly(new Span("sapo-v0-4ffd4176a54e", 0, answer.tokens().length));
    assertThat(answer.logProbs()).hasSize(answer.tokens().length);
    assertThat(answer.candidates()).allMatch(place -> place.tokens().length == 2);
  }

  /** It ignores stop tokens where it is to ignore the end of text. */
  @Test
  void itIsNotAskedToIgnoreTheEndOfText() {
    JsonNode sampling = request(false).path("sampling_params");
    assertThat(sampling.path("ignore_eos").asBoolean(true)).isFalse();
    assertThat(sampling.path("stop_token_ids")).hasSize(2);
  }

  @Test
  void stopTextsAreSentAlong() {
    assertThat(request(false).path("sampling_params").path("stop"))
        .extracting(JsonNode::asText)
        .containsExactly("\n", "END");
  }

  @Test
  void aStreamIsAskedForInABoundedNumberOfPieces() {
    JsonNode request = request(true);
    assertThat(request.path("stream").asBoolean()).isTrue();
    assertThat(request.path("sampling_params").path("stream_interval").asInt()).isEqualTo(4);
  }

  private JsonNode request(boolean streamed) {
    return dialect.request(
        IDENTITY,
        WEIGHTS,
        new CompletionRequest(
            new int[] {72},
            new Sampling(1, 1, 0, 100),
            1,
            1,
            2,
            List.of("\n", "END"),
            Optional.empty(),
            streamed));
  }

  private static List<String> events() throws IOException {
    List<String> events = new ArrayList<>();
    for (String line : recorded("stream.txt").split("\n")) {
      if (line.startsWith("data: ")) {
        events.add(line.substring("data: ".length()));
      }
    }
    return events;
  }

  @Test
  void aStreamGrowsToItsLastEvent() throws Exception {
    List<String> events = events();
    List<int[]> heard = new ArrayList<>();
    AnswerStream stream = new AnswerStream(dialect, 100, heard::add);
    events.forEach(stream::take);
    String last = events.get(events.size() - 2);
    Answer whole = only(new Reply(200, last.getBytes(StandardCharsets.UTF_8)));
    assertThat(only(stream.reply())).usingRecursiveComparison().isEqualTo(whole);
    assertThat(heard).hasSize(whole.tokens().length).last().isEqualTo(whole.tokens());
  }

  /** As of a server with --incremental-streaming-output: the same events less what came before. */
  @Test
  void piecesGrowToTheSame() throws Exception {
    List<String> events = events();
    AnswerStream grown = new AnswerStream(dialect, 100, tokens -> {});
    AnswerStream pieces = new AnswerStream(dialect, 100, tokens -> {});
    int before = 0;
    for (String event : events.subList(0, events.size() - 1)) {
      grown.take(event);
      ObjectNode piece = (ObjectNode) ServerClient.JSON.readTree(event);
      ObjectNode meta = (ObjectNode) piece.get("meta_info");
      int all = piece.get("output_ids").size();
      cut((ArrayNode) piece.get("output_ids"), before);
      cut((ArrayNode) meta.get("output_token_logprobs"), before);
      cut((ArrayNode) meta.get("output_top_logprobs"), before);
      before = all;
      pieces.take(piece.toString());
    }
    assertThat(before).isGreaterThan(1);
    assertThat(only(pieces.reply())).usingRecursiveComparison().isEqualTo(only(grown.reply()));
  }

  private static void cut(ArrayNode list, int first) {
    for (int i = 0; i < first; i++) {
      list.remove(0);
    }
  }
}
