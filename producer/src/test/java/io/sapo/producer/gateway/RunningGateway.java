package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.RolloutSettings;
import io.sapo.producer.StalenessBound;
import io.sapo.producer.TinyModel;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.rollout.Closer;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.TaskSpec;
import io.sapo.producer.weights.TestLearner;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.Trajectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A gateway over a tiny model with random weights, on the broker of this JVM. */
abstract class RunningGateway {
  static final Sampling SAMPLING = new Sampling(0.9, 1, 0, 8);
  static final int STEPS_PER_CALL = 3;
  private static final String TEMPLATE =
      "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
          + "{{ message['content'] }}<|im_end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
  static final Message QUESTION = new Message("user", "What is 1 plus 2?");
  static final Message AGAIN = new Message("user", " twice?");

  @TempDir static Path temp;
  private static CheckpointFolder checkpoint;

  private final Closer resources = new Closer();
  KafkaFixture kafka;
  private Weights weights;
  CheckpointProfile profile;
  Gateway gateway;

  @BeforeAll
  static void writeModel() throws Exception {
    checkpoint = TinyModel.write(temp.resolve("model"), 1);
    Files.writeString(checkpoint.path().resolve("chat_template.jinja"), TEMPLATE);
  }

  @BeforeEach
  void connect() throws Exception {
    kafka = resources.add(new KafkaFixture());
    TestLearner learner = resources.add(new TestLearner(kafka, ElementType.F32));
    weights =
        resources.add(Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, 5, Device.cpu()));
    profile = resources.add(CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT));
    learner.publish(weights, true);
    open(Duration.ofMinutes(5));
  }

  void open(Duration idle) {
    open(new GatewayLimits(idle, 3, 10));
  }

  void open(GatewayLimits limits) {
    gateway =
        Gateway.open(
            config(),
            limits,
            checkpoint,
            BaseModel.trainedWhole(checkpoint.config(), Device.cpu()),
            kafka.topics(),
            kafka.clientConfig());
    gateway.start();
  }

  @AfterEach
  void close() {
    gateway.close();
    resources.close();
  }

  static void refused(Runnable attempt, String reason) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(GatewayException.class)
        .hasMessageContaining(reason);
  }

  static String conversation(ChatReply reply) {
    return reply.id().substring(0, reply.id().lastIndexOf('/'));
  }

  ChatReply chat(long seed, Message... messages) {
    return gateway.chat(request(seed, messages)).join();
  }

  static ChatRequest request(long seed, Message... messages) {
    return request(seed, List.of(), messages);
  }

  static ChatRequest request(long seed, List<String> stops, Message... messages) {
    return new ChatRequest(
        List.of(messages), Tools.NONE, stops, SAMPLING, Optional.of(seed), Optional.empty());
  }

  static Map<String, Object> role(Message message) {
    return Map.of("role", message.role(), "content", message.text());
  }

  /** By a generator of its own. */
  Generation generate(int[] prompt, long seed) {
    return generate(prompt, LongStream.of(seed)).get(0);
  }

  /** In no order. */
  List<Generation> generate(int[] prompt, LongStream seeds) {
    long[] each = seeds.toArray();
    try (Generator generator =
        Generator.load(
            checkpoint.config(),
            new GeneratorOptions(
                each.length, 208, 4, profile.unspeakableTokens(), profile.stopTokens()),
            Device.cpu())) {
      for (long seed : each) {
        generator.submit(
            new GenerationRequest(
                Long.toString(seed), TokenSequence.text(prompt, new int[0]), SAMPLING, seed));
      }
      List<Generation> generated = new ArrayList<>();
      while (generated.size() < each.length) {
        generated.addAll(generator.advance(weights, 0));
      }
      return generated;
    }
  }

  static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }

  List<Trajectory> records(int count) {
    List<Trajectory> all = kafka.values(kafka.topics().trajectories());
    assertThat(all).hasSize(count);
    return all;
  }

  private static ProducerConfig config() {
    return new ProducerConfig(
        new HeartbeatSettings("gate", Duration.ofMillis(200)),
        TaskSpec.of("figures"),
        Curriculum.Bounds.NONE,
        3,
        new PromptSettings(ProfileSettings.DEFAULT, PictureSettings.INLINE, 200),
        new RolloutSettings(SAMPLING, 1, 4, STEPS_PER_CALL, WeightUptake.IN_FLIGHT, "cpu"),
        new StalenessBound(1, 8, 1),
        EngineSettings.BUILTIN);
  }
}
