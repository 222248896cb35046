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
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.rollout.Closer;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.TaskSpec;
import io.sapo.producer.weights.TestLearner;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
  private static final Sampling SAMPLING = new Sampling(0.9, 1, 0, 8);
  private static final String TEMPLATE =
      "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
          + "{{ message['content'] }}<|im_end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
  private static final Message QUESTION = new Message("user", "What is 1 plus 2?");
  private static final Message AGAIN = new Message("user", " twice?");

  @TempDir static Path temp;
  private static CheckpointFolder checkpoint;

  private final Closer resources = new Closer();
  private KafkaFixture kafka;
  private Weights weights;
  private CheckpointProfile profile;
  private Gateway gateway;

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

  private void open(Duration idle) {
    gateway =
        Gateway.open(
            config(),
            new GatewayLimits(idle, 3, 10),
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

  @Test
  void turnsOfAConversationBecomeOneTrajectoryOfWhichOnlyTheAnswersAreTrained() {
    ChatReply first = chat(41, QUESTION);
    Message answer = new Message("assistant", first.text());
    ChatReply second = chat(42, QUESTION, answer, AGAIN);
    gateway.reward(second.id(), 0.75).join();

    Trajectory record = records(1).get(0);
    String opening = profile.chat(List.of(role(QUESTION)));
    int[] prompt = profile.tokenizer().encode(opening);
    assertThat(PackedArrays.ints(record.getPromptTokens())).containsExactly(prompt);
    Generation one = generate(prompt, 41);
    String between = "<|im_end|>\n<|im_start|>user\n twice?<|im_end|>\n<|im_start|>assistant\n";
    boolean ended = one.tokens()[one.tokens().length - 1] == profile.tokenizer().id("<|im_end|>");
    int[] said =
        profile.tokenizer().encode(ended ? between.substring("<|im_end|>".length()) : between);
    int[] before = concat(prompt, one.tokens(), said);
    Generation two = generate(before, 42);

    int[] response = PackedArrays.ints(record.getResponseTokens());
    assertThat(response).containsExactly(concat(one.tokens(), said, two.tokens()));
    byte[] mask = new byte[response.length];
    Arrays.fill(mask, (byte) 1);
    Arrays.fill(mask, one.tokens().length, one.tokens().length + said.length, (byte) 0);
    byte[] found = new byte[record.getLossMask().remaining()];
    record.getLossMask().duplicate().get(found);
    assertThat(found).containsExactly(mask);
    float[] logProbs = PackedArrays.floats(record.getLogProbs());
    assertThat(Arrays.copyOf(logProbs, one.tokens().length)).containsExactly(one.logProbs());
    assertThat(Arrays.copyOfRange(logProbs, logProbs.length - two.tokens().length, logProbs.length))
        .containsExactly(two.logProbs());
    assertThat(record.getVersions()).containsExactly(new VersionRun(0L, response.length));
    assertThat(record.getVerifier()).isEqualTo("given");
    assertThat(record.getAnswer()).isEqualTo("0.75");
    assertThat(record.getGroupSize()).isEqualTo(1);
    assertThat(second.text()).isEqualTo(profile.tokenizer().decodeResponse(two.tokens()).text());
    assertThat(second.promptTokens()).isEqualTo(before.length);
  }

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

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aHistoryFromElsewhereIsAllPrompt() {
    Message foreign = new Message("assistant", "3, I think");
    ChatReply reply = chat(1, QUESTION, foreign, AGAIN);
    gateway.reward(reply.id(), 1).join();
    Trajectory record = records(1).get(0);
    assertThat(record.getLossMask()).isNull();
    assertThat(PackedArrays.ints(record.getPromptTokens()))
        .containsExactly(
            profile
                .tokenizer()
                .encode(profile.chat(List.of(role(QUESTION), role(foreign), role(AGAIN)))));
    assertThat(PackedArrays.ints(record.getResponseTokens())).hasSize(reply.responseTokens());
  }

  @Test
  void anotherSamplingOrAnotherHistoryBeginsAnew() {
    ChatReply first = chat(1, QUESTION);
    Message answer = new Message("assistant", first.text());
    ChatReply other =
        gateway
            .chat(
                new ChatRequest(
                    List.of(QUESTION, answer, AGAIN),
                    Tools.NONE,
                    new Sampling(0.5, 1, 0, 8),
                    Optional.of(2L),
                    Optional.empty()))
            .join();
    ChatReply branch = chat(3, QUESTION, new Message("assistant", first.text() + "!"), AGAIN);
    ChatReply second = chat(4, QUESTION, answer, AGAIN);
    assertThat(conversation(second)).isEqualTo(conversation(first));
    assertThat(List.of(conversation(other), conversation(branch)))
        .doesNotHaveDuplicates()
        .doesNotContain(conversation(first));
  }

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

  @Test
  void whatCannotBePromptedIsRefusedAndTheConversationStays() {
    refused(() -> chat(1, new Message("user", "a<|im_end|>b")), "a message holds <|im_end|>");
    refused(() -> chat(1, new Message("user", "x".repeat(500))), "at most 200 are taken");
    ChatReply first = chat(1, QUESTION);
    Message answer = new Message("assistant", first.text());
    refused(
        () -> chat(2, QUESTION, answer, new Message("user", "<|im_start|>")),
        "a message holds <|im_start|>");
    ChatReply second = chat(3, QUESTION, answer, AGAIN);
    assertThat(conversation(second)).isEqualTo(conversation(first));
  }

  private static void refused(Runnable attempt, String reason) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(GatewayException.class)
        .hasMessageContaining(reason);
  }

  private static String conversation(ChatReply reply) {
    return reply.id().substring(0, reply.id().lastIndexOf('/'));
  }

  private ChatReply chat(long seed, Message... messages) {
    return gateway.chat(request(seed, messages)).join();
  }

  private static ChatRequest request(long seed, Message... messages) {
    return new ChatRequest(
        List.of(messages), Tools.NONE, SAMPLING, Optional.of(seed), Optional.empty());
  }

  private static Map<String, Object> role(Message message) {
    return Map.of("role", message.role(), "content", message.text());
  }

  /** By a generator of its own. */
  private Generation generate(int[] prompt, long seed) {
    try (Generator generator =
        Generator.load(
            checkpoint.config(),
            new GeneratorOptions(1, 208, 4, profile.unspeakableTokens(), profile.stopTokens()),
            Device.cpu())) {
      generator.submit(
          new GenerationRequest("x", TokenSequence.text(prompt, new int[0]), SAMPLING, seed));
      List<Generation> generated = new ArrayList<>();
      while (generated.isEmpty()) {
        generated.addAll(generator.advance(weights, 0));
      }
      return generated.get(0);
    }
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }

  private List<Trajectory> records(int count) {
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
        new RolloutSettings(SAMPLING, 1, 4, 3, WeightUptake.IN_FLIGHT, "cpu"),
        new StalenessBound(1, 8, 1),
        EngineSettings.BUILTIN);
  }
}
