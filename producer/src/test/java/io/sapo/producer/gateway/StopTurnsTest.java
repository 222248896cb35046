package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.TinyModel;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.gateway.ChatRequest.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes after a turn that a stop text ended. */
class StopTurnsTest {
  private static final Sampling SAMPLING = new Sampling(0.9, 1, 0, 8);
  private static final Message QUESTION = new Message("user", "What is 2 times 4?");
  private static final Message RESULT = new Message("user", "Seen: 8");

  /** As Llama 3's, it strips what it is given. */
  private static final String STRIPPING =
      "{% for message in messages %}<|im_start|>{{ message.role }}\n"
          + "{{ message.content | trim }}<|im_end|>{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  private static final String TOOLS =
      "{% if tools %}Write <tool_call>JSON</tool_call>{% endif %}"
          + "{% for message in messages %}<|im_start|>{{ message.role }}\n"
          + "{{ message.content }}{% for call in message.tool_calls %}"
          + "[{{ call.function.name }}]{% endfor %}<|im_end|>{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  @TempDir private Path temp;
  private CheckpointProfile profile;
  private Conversations conversations;
  private Turns turns;

  private void open(String template) throws Exception {
    CheckpointFolder checkpoint = TinyModel.write(temp.resolve("model"), 1);
    Files.writeString(checkpoint.path().resolve("chat_template.jinja"), template);
    profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT);
    conversations = new Conversations(10, 1 << 20, Duration.ofMinutes(1));
    turns = new Turns(new TurnPrompts(profile), conversations, 2_000, "gate", Clock.systemUTC());
  }

  @AfterEach
  void close() {
    profile.close();
  }

  private static ChatRequest request(Tools tools, List<String> stops, Message... messages) {
    return new ChatRequest(
        List.of(messages), tools, stops, SAMPLING, Optional.empty(), Optional.empty());
  }

  /** The turn's tokens are those of this text; none of them ends it. */
  private Answer generate(ChatRequest request, Turns.Turn turn, String text) {
    int[] tokens = profile.tokenizer().encode(text);
    int n = tokens.length;
    Generation generation =
        new Generation(
            "gate/0", tokens, new float[n], new float[n], new long[n], FinishReason.STOP);
    Answer answer = turns.answer(request, generation);
    turn.conversation()
        .add(turn.said(), request, new Outcome.Generated(generation, 0), answer, 1, 0);
    conversations.put(turn.conversation());
    return answer;
  }

  private String decoded(int[] tokens) {
    return profile.tokenizer().decodeAll(tokens);
  }

  @Test
  void theLineEndThatATemplateStripsIsStillWhatTheModelWrote() throws Exception {
    open(STRIPPING);
    ChatRequest first = request(Tools.NONE, List.of("\n"), QUESTION);
    Turns.Turn opening = turns.of(first);
    Answer answer = generate(first, opening, " Look: 4\n");
    assertThat(answer.text()).isEqualTo(" Look: 4");
    Message echo = new Message("assistant", answer.text());
    Turns.Turn next = turns.of(request(Tools.NONE, List.of("\n"), QUESTION, echo, RESULT));
    assertThat(next.conversation()).isSameAs(opening.conversation());
    assertThat(decoded(next.prompt()))
        .isEqualTo(
            decoded(opening.prompt())
                + " Look: 4\n<|im_end|><|im_start|>user\nSeen: 8<|im_end|><|im_start|>assistant\n");
  }

  /** It is no part of how tokens are sampled. */
  @Test
  void anotherStopTextIsNoOtherConversation() throws Exception {
    open(STRIPPING);
    ChatRequest first = request(Tools.NONE, List.of("Seen:"), QUESTION);
    Turns.Turn opening = turns.of(first);
    Answer answer = generate(first, opening, "Look: 4\nSeen: 9");
    assertThat(answer).isEqualTo(Answer.plain("Look: 4\nSeen: 9", "Look: 4\n"));
    Message echo = new Message("assistant", answer.text());
    Turns.Turn next = turns.of(request(Tools.NONE, List.of(), QUESTION, echo, RESULT));
    assertThat(next.conversation()).isSameAs(opening.conversation());
    assertThat(decoded(next.prompt())).contains("Look: 4\nSeen: 9<|im_end|><|im_start|>user");
  }

  @Test
  void aCallIsReadBeforeTheStopTextAndGoneOnFromAsItWasWritten() throws Exception {
    open(TOOLS);
    Tools tools = new Tools(List.of(Map.of("type", "function")), "[{}]");
    String written = "<tool_call>{\"name\": \"double\", \"arguments\": {}}</tool_call> and";
    ChatRequest first = request(tools, List.of("</tool_call>"), QUESTION);
    Turns.Turn opening = turns.of(first);
    Answer answer = generate(first, opening, written);
    assertThat(answer.text()).isEmpty();
    assertThat(answer.calls()).extracting(ToolCall::name).containsExactly("double");
    Message echo = new Message("assistant", "", answer.calls(), "");
    Message result = new Message("tool", "8", List.of(), answer.calls().get(0).id());
    Turns.Turn next = turns.of(request(tools, List.of("</tool_call>"), QUESTION, echo, result));
    assertThat(next.conversation()).isSameAs(opening.conversation());
    assertThat(decoded(next.prompt()))
        .isEqualTo(
            decoded(opening.prompt())
                + written
                + "<|im_end|><|im_start|>tool\n8<|im_end|><|im_start|>assistant\n");
  }

  @Test
  void aCallThatAStopTextBreaksIsText() throws Exception {
    open(TOOLS);
    Tools tools = new Tools(List.of(Map.of("type", "function")), "[{}]");
    ChatRequest first = request(tools, List.of("name"), QUESTION);
    Answer answer = generate(first, turns.of(first), "<tool_call>{\"name\":");
    assertThat(answer).isEqualTo(Answer.plain("<tool_call>{\"name\":", "<tool_call>{\""));
  }
}
