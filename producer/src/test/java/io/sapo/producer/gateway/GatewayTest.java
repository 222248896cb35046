package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.RoleName;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Turns, and the trajectories that they become. */
class GatewayTest extends RunningGateway {
  /** Under a name of its own: a component of the schema of heartbeats it is not. */
  @Test
  void itReportsAndSaysWhenItHasEnded() {
    chat(1, QUESTION);
    KafkaFixture.await(
        "a heartbeat", () -> heartbeat().map(s -> s.getVersion() == 0).orElse(false));
    Status running = heartbeat().orElseThrow();
    assertThat(RoleName.of(running)).isEqualTo("gateway");
    assertThat(running.getInstance()).isEqualTo("gate");
    assertThat(running.getState()).isEqualTo("running");
    assertThat(running.getGauges())
        .containsKeys("conversations_open", "conversations_dropped_total");
    gateway.close();
    assertThat(heartbeat().orElseThrow().getState()).isEqualTo("stopped");
    assertThat(kafka.records(kafka.topics().status().name()))
        .allSatisfy(record -> assertThat(Topic.keyText(record.key())).isEqualTo("gateway/gate"));
  }

  private Optional<Status> heartbeat() {
    return kafka.values(kafka.topics().status()).stream().reduce((first, last) -> last);
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
                    List.of(),
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
}
