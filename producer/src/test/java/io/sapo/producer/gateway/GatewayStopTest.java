package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.producer.StopInsideToken;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Turns that end at a text of the caller's, which ends inside a token. */
class GatewayStopTest extends RunningGateway {
  private static final String BETWEEN =
      "<|im_end|>\n<|im_start|>user\n twice?<|im_end|>\n<|im_start|>assistant\n";

  private int[] prompt;
  private long seed;
  private Generation whole;
  private StopInsideToken stop;

  @BeforeEach
  void findStop() {
    prompt = profile.tokenizer().encode(profile.chat(List.of(role(QUESTION))));
    whole =
        generate(prompt, LongStream.range(0, 64)).stream()
            .filter(one -> find(one).isPresent())
            .findFirst()
            .orElseThrow();
    seed = Long.parseLong(whole.id());
    stop = find(whole).get();
  }

  /** One that begins with the last token of one call of the decode loop. */
  private Optional<StopInsideToken> find(Generation generated) {
    return StopInsideToken.in(
        generated, profile.tokenizer(), 1, place -> place % STEPS_PER_CALL == 0);
  }

  private ChatRequest stopped() {
    return request(seed, List.of("no such text", stop.stop()), QUESTION);
  }

  private void check(ChatReply reply) {
    assertThat(reply.text()).isEqualTo(stop.shown());
    assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(reply.responseTokens()).isEqualTo(stop.tokens().length);
  }

  /** Trained on is what was sampled, and the model sees it again: the text is never tokenized. */
  @Test
  void theNextTurnGoesOnFromAllTokensThatWereSampled() {
    ChatReply first = gateway.chat(stopped()).join();
    check(first);
    ChatReply second = chat(42, QUESTION, new Message("assistant", first.text()), AGAIN);
    assertThat(conversation(second)).isEqualTo(conversation(first));
    int[] said = profile.tokenizer().encode(BETWEEN);
    int[] before = concat(prompt, stop.tokens(), said);
    Generation two = generate(before, 42);
    assertThat(second.promptTokens()).isEqualTo(before.length);

    gateway.reward(second.id(), 0.75).join();
    Trajectory record = records(1).get(0);
    int[] response = PackedArrays.ints(record.getResponseTokens());
    assertThat(response).containsExactly(concat(stop.tokens(), said, two.tokens()));
    float[] logProbs = PackedArrays.floats(record.getLogProbs());
    assertThat(Arrays.copyOf(logProbs, stop.tokens().length))
        .containsExactly(Arrays.copyOf(whole.logProbs(), stop.tokens().length));
    byte[] mask = new byte[response.length];
    Arrays.fill(mask, (byte) 1);
    Arrays.fill(mask, stop.tokens().length, stop.tokens().length + said.length, (byte) 0);
    byte[] found = new byte[record.getLossMask().remaining()];
    record.getLossMask().duplicate().get(found);
    assertThat(found).containsExactly(mask);
    assertThat(record.getVersions()).containsExactly(new VersionRun(0L, response.length));
  }

  @Test
  void aStreamIsCutAtTheSamePlaceAndTheRecordHasWhatWasSampled() {
    List<String> pieces = new ArrayList<>();
    AtomicReference<ChatStream> stream = new AtomicReference<>();
    CountDownLatch opened = new CountDownLatch(1);
    stream.set(
        gateway.stream(
            stopped(),
            () -> {
              GatewayStreamTest.awaitUninterruptibly(opened);
              pieces.add(stream.get().take());
            }));
    opened.countDown();
    ChatReply reply = stream.get().reply().join();
    pieces.add(stream.get().take());
    check(reply);
    assertThat(String.join("", pieces)).isEqualTo(stop.shown());
    gateway.reward(reply.id(), 1).join();
    Trajectory record = records(1).get(0);
    assertThat(PackedArrays.ints(record.getResponseTokens())).containsExactly(stop.tokens());
    assertThat(record.getFinishReason()).isEqualTo(io.sapo.schemas.FinishReason.STOP);
    assertThat(record.getResponseText()).isEqualTo(stop.text());
  }

  /** What the caller never got is no continuation of what it got. */
  @Test
  void theUncutTextIsAnotherHistory() {
    ChatReply first = gateway.chat(stopped()).join();
    ChatReply other = chat(42, QUESTION, new Message("assistant", stop.text()), AGAIN);
    assertThat(conversation(other)).isNotEqualTo(conversation(first));
  }

  @Test
  void aStopTextThatDoesNotComeChangesNothing() {
    ChatReply reply = gateway.chat(request(seed, List.of("no such text"), QUESTION)).join();
    assertThat(reply.text()).isEqualTo(profile.tokenizer().decodeResponse(whole.tokens()).text());
    assertThat(reply.responseTokens()).isEqualTo(whole.tokens().length);
    assertThat(reply.finishReason()).isEqualTo(whole.finishReason());
  }
}
