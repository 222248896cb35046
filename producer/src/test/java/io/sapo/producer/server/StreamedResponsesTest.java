package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.engine.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Responses that are read while they are generated. */
class StreamedResponsesTest extends EngineHarness {
  private final List<int[]> heard = new CopyOnWriteArrayList<>();

  private Generation streamed(GenerationRequest request) {
    awaitSlots();
    engine.submit(request, heard::add);
    return ((Outcome.Generated) outcomes(1).get(0)).generation();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aListenerHearsTheResponseGrowAndTheOutcomeIsTheSame(Kind kind) throws Exception {
    engine = open(kind);
    servers.forEach(server -> server.endless = true);
    engine.use(weights(kind, 1), 3);
    GenerationRequest request = request("5");
    Generation generated = streamed(request);
    awaitSlots();
    engine.submit(request);
    Generation whole = ((Outcome.Generated) outcomes(1).get(0)).generation();

    assertThat(generated).usingRecursiveComparison().isEqualTo(whole);
    assertThat(heard).isNotEmpty();
    int before = 0;
    for (int[] tokens : heard) {
      assertThat(tokens).hasSizeGreaterThan(before);
      assertThat(tokens).containsExactly(Arrays.copyOf(generated.tokens(), tokens.length));
      before = tokens.length;
    }
    if (kind != Kind.BUILTIN) {
      assertThat(heard).hasSize(generated.tokens().length);
    }
  }

  @Test
  void aTokenIsHeardWhileTheServerIsStillGeneratingTheNext() throws Exception {
    engine = open(Kind.ADAPTERS);
    engine.use(first, 1);
    awaitSlots();
    FakeServer server = servers.get(0);
    server.endless = true;
    server.pace().holdAfter(5);
    engine.submit(request("1"), heard::add);
    server.pace().awaitHeld();
    KafkaFixture.await(
        "four tokens", () -> !heard.isEmpty() && heard.get(heard.size() - 1).length == 4);
    assertThat(engine.advance()).isEmpty();
    server.pace().loaded();
    assertThat(outcomes(1)).hasSize(1);
  }

  @Test
  void versionsThatChangeInTheMiddleAreThoseOfTheTokens() throws Exception {
    engine = open(Kind.WHOLE_WEIGHTS);
    engine.use(firstWhole, 1);
    awaitSlots();
    FakeServer server = servers.get(0);
    server.endless = true;
    server.pace().holdAfter(4);
    engine.submit(new GenerationRequest("long", prompt(0), SAMPLING, 99), heard::add);
    server.pace().awaitHeld();
    engine.use(secondWhole, 2);
    Generation generated = ((Outcome.Generated) outcomes(1).get(0)).generation();
    assertThat(generated.versions()).startsWith(1, 1, 1, 1).endsWith(2);
  }

  @Test
  void aResponseWhoseServerHangsUpIsGeneratedAgainAndHeardAnew() throws Exception {
    engine = open(Kind.COMPLETIONS);
    engine.use(first, 1);
    awaitSlots();
    FakeServer server = servers.get(0);
    server.endless = true;
    AtomicInteger left = new AtomicInteger(1);
    server.hangsUpAfter = events -> events == 3 && left.getAndDecrement() > 0;
    Generation generated = streamed(request("2"));
    assertThat(left).hasValueLessThan(0);
    assertThat(heard.stream().map(tokens -> tokens.length)).startsWith(1, 2, 3, 1, 2);
    awaitSlots();
    engine.submit(request("2"));
    assertThat(generated)
        .usingRecursiveComparison()
        .isEqualTo(((Outcome.Generated) outcomes(1).get(0)).generation());
  }

  @Test
  void whatIsRefusedWithoutAStreamIsRefusedOfOne() throws Exception {
    engine = open(Kind.ADAPTERS);
    engine.use(first, 1);
    awaitSlots();
    FakeServer server = servers.get(0);
    server.endless = true;
    server.spoil =
        choice -> {
          choice.withArray("token_ids").removeAll().add(1_000_000_000);
          return choice;
        };
    engine.submit(request("3"), heard::add);
    Outcome outcome = outcomes(1).get(0);
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused) outcome).reason()).contains("log-probability of token");
    assertThat(heard).isEmpty();
  }

  @Test
  void anErrorInTheMiddleOfAStreamIsTheServersFault() throws Exception {
    engine = open(Kind.ADAPTERS);
    engine.use(first, 1);
    awaitSlots();
    FakeServer server = servers.get(0);
    server.misdeed =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          exchange
              .getResponseBody()
              .write(
                  "data: {\"error\":{\"message\":\"out of blocks\",\"code\":500}}\n\n"
                      .getBytes(StandardCharsets.UTF_8));
          return true;
        };
    engine.submit(request("4"), heard::add);
    awaitObstacle("it answers 500: out of blocks");
    server.misdeed = exchange -> false;
    assertThat(outcomes(1).get(0)).isInstanceOf(Outcome.Generated.class);
  }
}
