package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.text.FixedWordTokenizer;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.rollout.TrajectorySender;
import io.sapo.schemas.Trajectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations as long as models of long contexts have them, and longer. */
class ConversationPublisherTest {
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 8);

  private final Conversations conversations =
      new Conversations(10, 1L << 40, Duration.ofMinutes(1));

  @Test
  void whatTheTopicTakesIsPublishedAndWhatItDoesNotIsADeadLetter(@TempDir Path temp)
      throws Exception {
    Path file = temp.resolve("tokenizer.json");
    Files.writeString(file, FixedWordTokenizer.tokenizerJson(List.of()));
    try (KafkaFixture kafka = new KafkaFixture();
        Tokenizer tokenizer = Tokenizer.open(file);
        TrajectorySender sender = new TrajectorySender(kafka.clientConfig(), kafka.topics())) {
      ConversationPublisher publisher = publisher(sender, kafka, tokenizer);
      conversations.put(conversation("long", 130_000));
      conversations.put(conversation("endless", 1_200_000));
      publisher.reward("long", 1).join();
      CompletableFuture<Void> endless = publisher.reward("endless", 1);
      assertThatThrownBy(endless::join)
          .hasMessageContaining("endless is too large to be published, and is a dead letter");
      assertThat(kafka.values(kafka.topics().trajectories()))
          .extracting(Trajectory::getTrajectoryId)
          .containsExactly("long");
      assertThat(kafka.records(kafka.topics().deadLetters())).hasSize(1);
    }
  }

  @Test
  void whatTheLogDidNotTakeCanBeGivenItsRewardAgain(@TempDir Path temp) throws Exception {
    Path file = temp.resolve("tokenizer.json");
    Files.writeString(file, FixedWordTokenizer.tokenizerJson(List.of()));
    try (KafkaFixture kafka = new KafkaFixture();
        Tokenizer tokenizer = Tokenizer.open(file);
        TrajectorySender closed = new TrajectorySender(kafka.clientConfig(), kafka.topics());
        TrajectorySender open = new TrajectorySender(kafka.clientConfig(), kafka.topics())) {
      closed.close();
      ConversationPublisher failing = publisher(closed, kafka, tokenizer);
      Conversation talk = conversation("talk", 1_000);
      conversations.put(talk);
      for (double reward : new double[] {1, 0.5}) {
        CompletableFuture<Void> refused = failing.reward("talk", reward);
        assertThatThrownBy(refused::join).hasMessageContaining("cannot be published");
        assertThat(failing.counts()).containsEntry("open", 1L).containsEntry("rewarded", 0L);
      }
      assertThat(new Conversations(0, 1L << 40, Duration.ofMinutes(1)).reopen(talk, 0))
          .as("beyond the bound")
          .isFalse();
      publisher(open, kafka, tokenizer).reward("talk", 0.5).join();
      assertThat(kafka.values(kafka.topics().trajectories()))
          .extracting(Trajectory::getTrajectoryId)
          .containsExactly("talk");
    }
  }

  private ConversationPublisher publisher(
      TrajectorySender sender, KafkaFixture kafka, Tokenizer tokenizer) {
    return new ConversationPublisher(
        conversations,
        sender,
        kafka.topics().trajectories().name(),
        tokenizer,
        "me",
        Clock.systemUTC());
  }

  /** Of incompressible numbers. */
  private static Conversation conversation(String id, int tokens) {
    Random random = new Random(tokens);
    float[] numbers = new float[tokens];
    for (int t = 0; t < tokens; t++) {
      numbers[t] = -random.nextFloat();
    }
    int[] response = new int[tokens];
    Arrays.fill(response, 'a');
    ChatRequest request =
        new ChatRequest(
            List.of(new Message("user", "?")),
            Tools.NONE,
            List.of(),
            SAMPLING,
            Optional.empty(),
            Optional.empty());
    Conversation conversation = new Conversation(id, "?", new int[1], request, 0);
    Generation generation =
        new Generation(id, response, numbers, numbers, new long[tokens], FinishReason.LENGTH);
    conversation.add(
        new int[0], request, new Outcome.Generated(generation, 0), Answer.plain("a"), 1, 0);
    return conversation;
  }
}
