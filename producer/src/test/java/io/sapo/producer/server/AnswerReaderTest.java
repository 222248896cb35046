package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.server.AnswerReader.Reading;
import io.sapo.producer.server.Dialect.Identity;
import io.sapo.producer.server.InferenceServer.Asked;
import io.sapo.producer.server.ServerClient.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AnswerReaderTest {
  /** Whatever reading it comes to: a request that nobody answers for holds its place for ever. */
  @Test
  void anAnswerThatReadingFailsOnIsRefused() throws Exception {
    ResponseRules rules = new ResponseRules(265, new TreeSet<>(List.of(49, 256)), List.of());
    AnswerReader reader =
        new AnswerReader(
            new AnswerCheck(rules),
            name -> {
              throw new IllegalStateException("unforeseen");
            });
    Publication weights =
        new Publication(
            7,
            "v7",
            Path.of("x"),
            false,
            new Fingerprint(new float[0]),
            Optional.empty(),
            Optional.empty());
    Reading reading =
        reader.read(
            new SglangDialect(rules),
            new Asked(new Identity("m", 2048, false, "/generate"), weights),
            new GenerationRequest(
                "x", TokenSequence.text(new int[] {72}, new int[0]), new Sampling(1, 1, 0, 9), 1),
            new Reply(200, recorded()),
            null);
    assertThat(reading).isInstanceOf(Reading.Refused.class);
    assertThat(((Reading.Refused) reading).reason())
        .isEqualTo("the answer cannot be read: java.lang.IllegalStateException: unforeseen");
  }

  private static byte[] recorded() throws IOException {
    try (InputStream in =
        AnswerReaderTest.class.getResourceAsStream("/sglang-0.5.23/generate.json")) {
      return in.readAllBytes();
    }
  }
}
