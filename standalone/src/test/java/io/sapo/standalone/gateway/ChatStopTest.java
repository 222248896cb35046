package io.sapo.standalone.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.generation.Sampling;
import io.sapo.producer.gateway.ChatRequest;
import io.sapo.producer.gateway.GatewayException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The field {@code stop} of a request. */
class ChatStopTest {
  private static ChatRequest with(String field) {
    return ChatJson.request(
        new JsonObject(
            "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], %s}"
                .formatted(field.replace('\'', '"'))),
        new Sampling(0.9, 0.95, 40, 64));
  }

  @Test
  void stopTextsAreOneOrAList() {
    assertThat(with("'seed': 1").stops()).isEmpty();
    assertThat(with("'stop': null").stops()).isEmpty();
    assertThat(with("'stop': []").stops()).isEmpty();
    assertThat(with("'stop': '\\nObservation:'").stops()).containsExactly("\nObservation:");
    assertThat(with("'stop': ['a', ' ', '😀', 'a']").stops()).containsExactly("a", " ", "😀", "a");
    String longest = "x".repeat(256);
    assertThat(with("'stop': ['%s']".formatted(longest)).stops()).containsExactly(longest);
  }

  /** In one sentence, and none of what was sent is in it. */
  @Test
  void whatIsNoStopTextIsRefused() {
    for (String stop :
        List.of(
            "''",
            "'%s'".formatted("x".repeat(257)),
            "'%s'".formatted("x".repeat(1_000_000)),
            "['%s']".formatted("x".repeat(1_000_000)),
            "['a', 'b', 'c', 'd', 'e']",
            "[%s'a']".formatted("'a', ".repeat(100_000)),
            "['a', '']",
            "['a', null]",
            "['a', 7]",
            "[['a']]",
            "[{'a': 1}]",
            "{}",
            "{'a': 'b'}",
            "7",
            "1.5e300",
            "true",
            "false")) {
      refusedStop(stop, "'stop' must be text of 1 to 256 characters, or a list of 4 such texts");
    }
    for (String stop : List.of("'\\ud83d'", "['a', '\\ude00b']", "'a\\ufffd'")) {
      refusedStop(stop, "'stop' must not hold halves of characters");
    }
  }

  private static void refusedStop(String stop, String sentence) {
    assertThatThrownBy(() -> with("'stop': " + stop))
        .isInstanceOfSatisfying(
            GatewayException.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(GatewayException.Kind.BAD_REQUEST);
              assertThat(refused.field()).contains("stop");
              assertThat(refused.getMessage()).startsWith(sentence).hasSizeLessThan(100);
            });
  }
}
