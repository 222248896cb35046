package io.sapo.policy.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ToolCallFormTest {
  @Test
  void theTemplateShowsHowToolsAreCalled() {
    assertThat(ToolCallForm.of("{{- '<tool_call>\\n{\"name\": \"' }}"))
        .contains(ToolCallForm.TAGGED);
    assertThat(ToolCallForm.of("{{- '\"parameters\": ' }}{{ '<|start_header_id|>ipython' }}"))
        .contains(ToolCallForm.BARE);
  }

  @Test
  void otherFormsAreNotReadAsTheseTwo() {
    assertThat(ToolCallForm.of("<tool_call>{{ name }}\n<arg_key>{{ key }}</arg_key>")).isEmpty();
    assertThat(ToolCallForm.of("<tool_call>\n<function={{ name }}>")).isEmpty();
    assertThat(ToolCallForm.of("{{ message.content }}")).isEmpty();
  }
}
