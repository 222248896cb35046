package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.sapo.producer.KafkaFixture;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.schemas.Trajectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How conversations end: rewarded, left to a verifier, or dropped. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EndedConversationsTest extends RunningGateway {
  @Test
  void aRewardIsGivenOnceAndToWhatThereIs() {
    ChatReply reply = chat(1, QUESTION);
    gateway.reward(reply.id(), 1).join();
    gateway.reward(conversation(reply), 1).join();
    refused(() -> gateway.reward(reply.id(), 0.5).join(), "was given the reward 1.0 before");
    refused(() -> gateway.reward("elsewhere/0", 1).join(), "there is no conversation elsewhere");
    records(1);
    assertThat(gateway.counts()).containsEntry("rewarded", 1L).containsEntry("open", 0L);
  }

  @Test
  void whatIsOverIsPublishedWhereItCanBeJudgedAndDroppedWhereNot() {
    gateway.close();
    open(Duration.ofMillis(100));
    chat(1, QUESTION);
    gateway
        .chat(
            new ChatRequest(
                List.of(AGAIN),
                Tools.NONE,
                List.of(),
                SAMPLING,
                Optional.empty(),
                Optional.of(new Reference("3", "numeric"))))
        .join();
    KafkaFixture.await("the first to be dropped", () -> gateway.counts().get("dropped") == 1);
    KafkaFixture.await(
        "the second in the log",
        () -> kafka.records(kafka.topics().trajectories().name()).size() == 1);
    Trajectory record = records(1).get(0);
    assertThat(record.getVerifier()).isEqualTo("numeric");
    assertThat(record.getAnswer()).isEqualTo("3");
    assertThat(record.getLossMask()).isNull();
    assertThat(gateway.counts())
        .containsEntry("left_to_a_verifier", 1L)
        .containsEntry("dropped", 1L);
  }

  @Test
  void theOneUsedLongestAgoLeavesForANewOne() {
    ChatReply first = chat(1, QUESTION);
    for (int i = 0; i < 3; i++) {
      chat(2 + i, new Message("user", "What is " + i + "?"));
    }
    refused(() -> gateway.reward(first.id(), 1).join(), "there is no conversation");
    assertThat(gateway.counts()).containsEntry("open", 3L).containsEntry("dropped", 1L);
  }

  /** The partitions of a topic that is gone are waited for like those of a broker that is. */
  @Test
  void whileNothingCanBePublishedRewardsWaitAndNothingElseDoes() throws Exception {
    ChatReply reply = chat(1, QUESTION);
    deleteTrajectories();
    CompletableFuture<Void> reward =
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> gateway.reward(reply.id(), 1));
    KafkaFixture.await("the reward to be taken", () -> counted("rewarded") == 1);
    chat(2, AGAIN);
    assertThat(counted("open")).isEqualTo(1);
    assertThat(reward).isNotDone();
    assertTimeoutPreemptively(Duration.ofSeconds(30), () -> gateway.close());
    refused(reward::join, "it cannot be published");
    gateway.close(); // once more, which is no matter
    open(Duration.ofMinutes(5));
  }

  /** Nor does generating, when a conversation has to leave for another one. */
  @Test
  void whileNothingCanBePublishedConversationsLeaveForOthers() throws Exception {
    deleteTrajectories();
    for (int i = 0; i < 5; i++) {
      ChatRequest request = judged("What is " + i + "?");
      assertTimeoutPreemptively(Duration.ofSeconds(20), () -> gateway.chat(request).join());
    }
    assertThat(counted("open")).isEqualTo(3);
    gateway.close();
    open(Duration.ofMinutes(5));
  }

  /**
   * Else what waits for the broker would fill the heap. What cannot be judged does not wait, and is
   * dropped meanwhile.
   */
  @Test
  void whileNothingCanBePublishedNoMoreIsTakenThanMemoryIsFor() throws Exception {
    gateway.close();
    open(new GatewayLimits(Duration.ofMillis(300), 3, 10_000, 10));
    deleteTrajectories();
    List<String> refusals = new ArrayList<>();
    for (int i = 0; i < 1_000 && refusals.isEmpty(); i++) {
      ChatRequest request = judged("What is " + i + "?");
      try {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> gateway.chat(request).join());
      } catch (CompletionException e) {
        assertThat(((GatewayException) e.getCause()).kind()).isEqualTo(GatewayException.Kind.BUSY);
        refusals.add(e.getMessage());
      }
    }
    assertThat(refusals).singleElement().asString().contains("until the broker takes them");
    gateway.close();

    open(Duration.ofMillis(100));
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> gateway.chat(judged("1?")).join());
    KafkaFixture.await("it to wait for the broker", () -> counted("left_to_a_verifier") == 1);
    chat(1, QUESTION);
    KafkaFixture.await("the other to be dropped", () -> counted("dropped") == 1);
    gateway.close();
    open(Duration.ofMinutes(5));
  }

  private void deleteTrajectories() throws Exception {
    try (Admin admin = Admin.create(kafka.clientConfig())) {
      admin.deleteTopics(List.of(kafka.topics().trajectories().name())).all().get();
    }
  }

  private static ChatRequest judged(String question) {
    return new ChatRequest(
        List.of(new Message("user", question)),
        Tools.NONE,
        List.of(),
        SAMPLING,
        Optional.empty(),
        Optional.of(new Reference("3", "numeric")));
  }

  private long counted(String fate) {
    return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> gateway.counts()).get(fate);
  }
}
