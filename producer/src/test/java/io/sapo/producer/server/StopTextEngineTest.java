package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.network.Weights;
import io.sapo.policy.text.StopTexts;
import io.sapo.producer.StopInsideToken;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.server.FakeServer.Quirk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Responses that end at a text, whoever generates, and whatever it makes of such texts. */
class StopTextEngineTest extends EngineHarness {
  private static final int TRIED = 40;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aResponseEndsWithTheTokenInWhichAStopTextEnds(Kind kind) throws Exception {
    engine = open(kind);
    checkStops(weights(kind, 1));
  }

  /**
   * As vLLM does with --tokens-only, what comes behind is not taken; and where a server decodes in
   * a way of its own, it is asked again for a response that it does not end.
   */
  @ParameterizedTest
  @EnumSource(
      value = Quirk.class,
      names = {"IGNORES_STOP_TEXTS", "FINDS_OTHER_STOP_TEXTS"})
  void whatAServerMakesOfStopTextsDecidesNothing(Quirk quirk) throws Exception {
    engine = engine(400, server(0, quirk).address());
    checkStops(first);
  }

  /** A caller's stop texts, of which a server makes others, put no server out of use. */
  @Test
  void otherStopTextsAreNotHeldAgainstAServer() throws Exception {
    FakeServer server = server(0, Quirk.FINDS_OTHER_STOP_TEXTS);
    engine = engine(400, server.address());
    engine.use(first, 1);
    awaitSlots();
    int identified = server.identified.get();
    StopTexts none = new StopTexts(List.of("no such text"), profile.tokenizer()::growingText);
    for (int i = 0; i < SLOTS; i++) {
      engine.submit(with(request(Integer.toString(i)), none));
    }
    assertThat(byId(outcomes(SLOTS))).hasSize(SLOTS);
    assertThat(engine.obstacle()).isEmpty();
    assertThat(server.identified).hasValue(identified);
  }

  private static GenerationRequest with(GenerationRequest asked, StopTexts stops) {
    return new GenerationRequest(
        asked.id(), asked.prompt(), asked.sampling(), asked.seed(), Optional.of(stops));
  }

  private Generation generate(GenerationRequest asked, boolean streamed) {
    awaitSlots();
    if (streamed) {
      engine.submit(asked, tokens -> {});
    } else {
      engine.submit(asked);
    }
    return ((Outcome.Generated) outcomes(1).get(0)).generation();
  }

  /** Of responses as they are without stop texts, all but their ends stays what it is. */
  private void checkStops(Weights weights) {
    engine.use(weights, 3);
    List<String> checked = new ArrayList<>();
    for (int i = 0; i < TRIED && checked.size() < 3; i++) {
      GenerationRequest asked = request(Integer.toString(i));
      Generation whole = generate(asked, false);
      Optional<StopInsideToken> stop = StopInsideToken.in(whole, profile.tokenizer());
      if (stop.isPresent()) {
        int length = stop.get().tokens().length;
        StopTexts stops = stop.get().texts(profile.tokenizer());
        Generation stopped = generate(with(asked, stops), checked.size() == 1);
        assertThat(stopped.tokens()).containsExactly(stop.get().tokens());
        assertThat(stopped.logProbs()).containsExactly(Arrays.copyOf(whole.logProbs(), length));
        assertThat(stopped.entropies()).containsExactly(Arrays.copyOf(whole.entropies(), length));
        assertThat(stopped.versions()).hasSize(length).containsOnly(3);
        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
        StopTexts none = new StopTexts(List.of("no such text"), profile.tokenizer()::growingText);
        Generation unstopped = generate(with(asked, none), false);
        assertThat(unstopped).usingRecursiveComparison().isEqualTo(whole);
        checked.add(stop.get().stop());
      }
    }
    assertThat(checked).hasSize(3);
  }
}
