package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatRequest.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConversationsTest {
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 8);

  private final Conversations conversations =
      new Conversations(100, 1_000_000, Duration.ofMinutes(1));

  private int next;

  private static Conversation conversation(String id, String text, String answer) {
    return conversation(id, new Message("user", text), new Reference(answer, "exact"));
  }

  private static Conversation conversation(String id, Message said, Reference reference) {
    String text = said.text();
    ChatRequest request =
        new ChatRequest(
            List.of(said),
            Tools.NONE,
            List.of(),
            SAMPLING,
            Optional.empty(),
            Optional.of(reference));
    Conversation conversation = new Conversation(id, text, new int[10], request, 0);
    Generation generation =
        new Generation(id, new int[1], new float[1], new float[1], new long[1], FinishReason.STOP);
    conversation.add(
        new int[0], request, new Outcome.Generated(generation, 0), Answer.plain("Yes."), 1, 0);
    return conversation;
  }

  private List<String> putAll(int count, String text, String answer) {
    List<String> left = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      conversations
          .put(conversation("c" + next++, text, answer))
          .forEach(one -> left.add(one.id()));
    }
    return left;
  }

  /** Ten thousand of half a megabyte each would be more than any heap. */
  @Test
  void longOnesLeaveRoomForFewer() {
    assertThat(putAll(50, "Short.", "7")).isEmpty();
    assertThat(putAll(5, "long ".repeat(20_000), "7")).startsWith("c0").hasSizeGreaterThan(50);
    assertThat(conversations.size()).isBetween(1, 2);
  }

  @Test
  void anAnswerToJudgeByCountsToo() {
    putAll(5, "Short.", "7".repeat(300_000));
    assertThat(conversations.size()).isEqualTo(1);
  }

  @Test
  void everyTextOfARequestCounts() {
    String text = "x".repeat(1_000);
    Message plain = new Message("user", "");
    Reference exact = new Reference("", "exact");
    long least = conversation("c", plain, exact).bytes();
    for (Conversation one :
        List.of(
            conversation("c", plain, new Reference("", text)),
            conversation("c", new Message("tool", "", List.of(), text), exact),
            conversation(
                "c",
                new Message("assistant", "", List.of(new ToolCall(text, "add", "{}")), ""),
                exact),
            conversation(
                "c",
                new Message("assistant", "", List.of(new ToolCall("1", text, "{}")), ""),
                exact))) {
      assertThat(one.bytes() - least).isGreaterThanOrEqualTo(1_900);
    }
  }

  /** Whoever has said it can go on. */
  @Test
  void theNewestStaysHoweverLongItIs() {
    putAll(3, "x".repeat(1_000_000), "7");
    assertThat(conversations.take("c2")).isPresent();
    assertThat(conversations.size()).isZero();
    assertThat(putAll(50, "Short.", "7")).as("nothing is left of the long ones").isEmpty();
  }
}
