package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.RolloutSettings;
import io.sapo.producer.StalenessBound;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.gateway.ChatReply;
import io.sapo.producer.gateway.ChatRequest;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatStream;
import io.sapo.producer.gateway.Gateway;
import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayLimits;
import io.sapo.producer.gateway.Tools;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.rollout.Closer;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.TaskSpec;
import io.sapo.producer.weights.TestLearner;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Trajectory;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Turns that a gateway streams from an inference server to its caller. */
class StreamedTurnsTest extends EngineHarness {
  private static final Message QUESTION = new Message("user", "What is 1 plus 2?");

  private final Closer resources = new Closer();
  private final StringBuilder read = new StringBuilder();
  private final AtomicBoolean reading = new AtomicBoolean();
  private KafkaFixture kafka;
  private FakeServer server;
  private Gateway gateway;

  @BeforeEach
  void open() throws Exception {
    Files.writeString(
        checkpoint.path().resolve("chat_template.jinja"),
        "{% for message in messages %}{{ message['content'] }}\n{% endfor %}");
    kafka = resources.add(new KafkaFixture());
    resources.add(new TestLearner(kafka, ElementType.F32)).publish(first, true);
    server = server(0);
    server.endless = true;
    engine = engine(20, server.address());
    gateway =
        Gateway.open(
            new ProducerConfig(
                new HeartbeatSettings("gate", Duration.ofMillis(200)),
                TaskSpec.of("figures"),
                Curriculum.Bounds.NONE,
                3,
                new PromptSettings(ProfileSettings.DEFAULT, PictureSettings.INLINE, 100),
                new RolloutSettings(SAMPLING, 1, SLOTS, 3, WeightUptake.IN_FLIGHT, "cpu"),
                new StalenessBound(1, 8, 1),
                settings(20, Duration.ofSeconds(20), server.address())),
            new GatewayLimits(Duration.ofMinutes(5), 3, 10),
            checkpoint,
            base,
            kafka.topics(),
            kafka.clientConfig());
    gateway.start();
    KafkaFixture.await("a server", () -> gateway.obstacle().isEmpty());
  }

  @AfterEach
  void closeGateway() {
    gateway.close();
    resources.close();
  }

  private ChatStream stream() {
    return gateway.stream(
        new ChatRequest(
            List.of(QUESTION), Tools.NONE, List.of(), SAMPLING, Optional.of(7L), Optional.empty()),
        () -> {});
  }

  private void readSome(ChatStream stream) {
    KafkaFixture.await(
        "some text",
        () -> {
          read.append(stream.take());
          return read.length() > 0;
        });
  }

  @Test
  void textIsThereWhileTheServerIsStillGenerating() throws Exception {
    server.pace().holdAfter(8);
    ChatStream stream = stream();
    server.pace().awaitHeld();
    readSome(stream);
    assertThat(stream.reply()).isNotDone();
    server.pace().loaded();
    ChatReply reply = stream.reply().join();
    assertThat(read + stream.take()).isEqualTo(reply.text());
    gateway.reward(stream.id(), 1).join();
    Trajectory record = kafka.values(kafka.topics().trajectories()).get(0);
    assertThat(PackedArrays.ints(record.getResponseTokens())).hasSize(reply.responseTokens());
    assertThat(record.getEntropyCandidates()).isEqualTo(20);
    assertThat(record.getVersions()).hasSize(1);
  }

  @Test
  void aServerThatHangsUpAndGeneratesTheSameAgainIsNotNoticed() {
    server.hangsUpAfter = events -> events == 8 && reading.getAndSet(true) == false;
    ChatStream stream = stream();
    readSome(stream);
    ChatReply reply = stream.reply().join();
    assertThat(read + stream.take()).isEqualTo(reply.text());
    assertThat(reading).isTrue();
  }

  @Test
  void aTurnThatCannotGoOnFromWhatWasSentFailsAndIsNotRecorded() {
    ChatStream[] stream = new ChatStream[1];
    server.hangsUpAfter =
        events -> {
          boolean now = events == 10 && !reading.getAndSet(true);
          if (now) {
            readSome(stream[0]);
            server.seedShift = 1;
          }
          return now;
        };
    server.pace().pause();
    stream[0] = stream();
    server.pace().resume();
    assertThatThrownBy(() -> stream[0].reply().join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(GatewayException.class)
        .hasMessageContaining("does not go on from the text sent so far");
    assertThat(gateway.counts()).containsEntry("open", 0L);
  }
}
