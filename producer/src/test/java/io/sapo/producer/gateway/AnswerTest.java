package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.profile.ToolCallForm;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {
  private final AtomicInteger calls = new AtomicInteger();

  private Answer read(ToolCallForm form, String written) {
    return Answer.withCalls(written, written, form, () -> "call_" + calls.getAndIncrement());
  }

  @Test
  void callsInTagsStandBehindTheText() {
    String written =
        """
        Let me look.
        <tool_call>
        {"name": "weather", "arguments": {"city": "Köln", "days": [1, 2]}}
        </tool_call>
        <tool_call>{"name": "clock", "arguments": {}}</tool_call>""";
    Answer answer = read(ToolCallForm.TAGGED, written);
    assertThat(answer.text()).isEqualTo("Let me look.");
    assertThat(answer.calls())
        .containsExactly(
            new ToolCall("call_0", "weather", "{\"city\":\"Köln\",\"days\":[1,2]}"),
            new ToolCall("call_1", "clock", "{}"));
    assertThat(answer.written()).isEqualTo(written);
  }

  @Test
  void theLastTagMayBeLeftOpen() {
    Answer answer =
        read(ToolCallForm.TAGGED, "<tool_call>{\"name\": \"clock\", \"arguments\": {\"zone\": 1}}");
    assertThat(answer.text()).isEmpty();
    assertThat(answer.calls()).containsExactly(new ToolCall("call_0", "clock", "{\"zone\":1}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The answer is 4.",
        "",
        "<tool_call>",
        "<tool_call></tool_call>",
        "<tool_call>clock</tool_call>",
        "<tool_call>{\"name\": \"clock\"}</tool_call>",
        "<tool_call>{\"name\": \"clock\", \"arguments\": {\"at\": 1e9999999999}}</tool_call>",
        "<tool_call>{\"name\": \"clock\", \"arguments\": {\"at\": 0.1e-2147483648}}</tool_call>",
        "<tool_call>{\"name\": 7, \"arguments\": {}}</tool_call>",
        "<tool_call>{\"name\": \"clock\", \"arguments\": \"now\"}</tool_call>",
        "<tool_call>{\"name\": \"clock\", \"arguments\": {}} {}</tool_call>",
        "<tool_call>[{\"name\": \"clock\", \"arguments\": {}}]</tool_call>",
        "<tool_call>{\"name\": \"clock\", \"arguments\": {}}</tool_call><tool_call>{\"na",
        "{\"name\": \"clock\", \"arguments\": {}}",
      })
  void whatIsNoWholeCallIsText(String written) {
    assertThat(read(ToolCallForm.TAGGED, written)).isEqualTo(Answer.plain(written));
  }

  @Test
  void aBareCallIsTheWholeAnswer() {
    Answer answer = read(ToolCallForm.BARE, "{\"name\": \"add\", \"parameters\": {\"a\": 1.50}}\n");
    assertThat(answer.text()).isEmpty();
    assertThat(answer.calls()).containsExactly(new ToolCall("call_0", "add", "{\"a\":1.50}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "I call {\"name\": \"add\", \"parameters\": {}}",
        "{\"name\": \"add\", \"parameters\": {}} now",
        "{\"name\": \"add\"}",
        "42",
        "",
      })
  void otherwiseItIsText(String written) {
    assertThat(read(ToolCallForm.BARE, written)).isEqualTo(Answer.plain(written));
  }

  @Test
  void bracketsWithoutEndAreText() {
    String deep = "<tool_call>" + "[".repeat(100_000);
    assertThat(read(ToolCallForm.TAGGED, deep)).isEqualTo(Answer.plain(deep));
  }
}
