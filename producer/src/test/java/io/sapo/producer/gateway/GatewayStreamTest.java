package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Trajectory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Turns that are read while they are generated. */
class GatewayStreamTest extends RunningGateway {
  @Test
  void aStreamedTurnIsReadInPiecesAndRecordedLikeAnyOther() {
    ChatReply whole = chat(41, QUESTION);
    gateway.reward(whole.id(), 1).join();
    List<String> pieces = new ArrayList<>();
    AtomicReference<ChatStream> stream = new AtomicReference<>();
    CountDownLatch opened = new CountDownLatch(1);
    stream.set(
        gateway.stream(
            request(41, QUESTION),
            () -> {
              awaitUninterruptibly(opened);
              pieces.add(stream.get().take());
            }));
    opened.countDown();
    ChatReply reply = stream.get().reply().join();
    pieces.add(stream.get().take());

    assertThat(pieces.stream().filter(piece -> !piece.isEmpty()).count()).isGreaterThan(1);
    assertThat(String.join("", pieces)).isEqualTo(reply.text()).isEqualTo(whole.text());
    assertThat(stream.get().id()).isEqualTo(reply.id());
    assertThat(stream.get().take()).isEmpty();
    gateway.reward(reply.id(), 1).join();
    List<Trajectory> both = records(2);
    assertThat(both.get(1).getResponseTokens()).isEqualTo(both.get(0).getResponseTokens());
    assertThat(both.get(1).getLogProbs()).isEqualTo(both.get(0).getLogProbs());
    assertThat(both.get(1).getVersions()).isEqualTo(both.get(0).getVersions());
  }

  @Test
  void aTurnThatNobodyReadsIsGeneratedToItsEndAndTheConversationGoesOn() {
    ChatStream unread = gateway.stream(request(41, QUESTION), () -> {});
    ChatReply reply = unread.reply().join();
    Message answer = new Message("assistant", reply.text());
    ChatReply second = chat(42, QUESTION, answer, AGAIN);
    assertThat(conversation(second)).isEqualTo(conversation(reply));
    gateway.reward(second.id(), 1).join();
    Trajectory record = records(1).get(0);
    assertThat(PackedArrays.ints(record.getResponseTokens()))
        .startsWith(generate(PackedArrays.ints(record.getPromptTokens()), 41).tokens());
    assertThat(unread.take()).isEqualTo(reply.text());
  }

  @Test
  void whatCannotBePromptedIsRefusedOfAStreamToo() {
    ChatStream stream = gateway.stream(request(1, new Message("user", "a<|im_end|>b")), () -> {});
    refused(() -> stream.reply().join(), "a message holds <|im_end|>");
    assertThat(stream.begun()).isFalse();
  }

  static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
