package io.sapo.policy.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.jinja.JinjaException;
import io.sapo.policy.ReferenceFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Chat templates of well-known models and hand-made ones, rendered as the public library's {@code
 * apply_chat_template} does. {@code -Dsapo.reference.chat=DIR} names another folder of cases.
 */
class ReferenceChatTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private final Map<String, String> texts = new LinkedHashMap<>();

  @Test
  void everyTemplateRendersAsThePublicLibraryDoes() throws IOException {
    Path folder = ReferenceFolder.of("chat");
    List<String> wrong = new ArrayList<>();
    int cases = 0;
    try (Stream<String> lines = Files.lines(folder.resolve("cases.jsonl"))) {
      for (String line : (Iterable<String>) lines.filter(l -> !l.isBlank())::iterator) {
        cases++;
        JsonNode expected = JSON.readTree(line);
        String difference = difference(folder, JSON.readValue(line, OBJECT), expected);
        if (!difference.isEmpty()) {
          wrong.add(expected.get("name").asText() + ": " + difference);
        }
      }
    }
    assertThat(cases).isPositive();
    assertThat(wrong).as("of %d cases", cases).isEmpty();
  }

  private String difference(Path folder, Map<String, Object> given, JsonNode expected)
      throws IOException {
    String text = text(folder.resolve("templates").resolve((String) given.get("template")));
    JsonNode error = expected.get("error");
    try {
      String rendered = render(text, given);
      return error != null
          ? "rendered, where " + error + " was due"
          : rendered.equals(expected.get("expected").asText())
              ? ""
              : "\n  " + JSON.writeValueAsString(rendered) + "\n  " + expected.get("expected");
    } catch (InvalidCheckpointException e) {
      return error != null ? "" : e.getMessage();
    } catch (JinjaException e) {
      boolean raised = error != null && error.get("type").asText().equals("TemplateError");
      boolean same = !raised || e.getMessage().equals(error.get("message").asText());
      return error != null && same && raised == (e.kind() == JinjaException.Kind.RAISED)
          ? ""
          : e.kind() + " " + e.getMessage() + " where " + error + " was due";
    }
  }

  @SuppressWarnings("unchecked")
  private static String render(String template, Map<String, Object> given) {
    Map<String, String> special = new LinkedHashMap<>();
    for (String role : List.of("bos_token", "eos_token")) {
      if (given.get(role) != null) {
        special.put(role, (String) given.get(role));
      }
    }
    LocalDateTime now =
        given.containsKey("now") ? LocalDateTime.parse((String) given.get("now")) : null;
    ChatTemplate chat = ChatTemplate.parse(template, "template", special, () -> now);
    List<Map<String, Object>> messages = (List<Map<String, Object>>) given.get("messages");
    Map<String, Object> settings = new LinkedHashMap<>((Map<String, Object>) given.get("kwargs"));
    if (Boolean.TRUE.equals(settings.remove("continue_final_message"))) {
      if (Boolean.TRUE.equals(settings.remove("add_generation_prompt"))) {
        throw JinjaException.refusal("continue_final_message and add_generation_prompt");
      }
      return chat.renderOpen(messages, settings);
    }
    return chat.renderClosed(
        messages, Boolean.TRUE.equals(settings.remove("add_generation_prompt")), settings);
  }

  private String text(Path file) throws IOException {
    String known = texts.get(file.toString());
    if (known == null) {
      known = Files.readString(file);
      texts.put(file.toString(), known);
    }
    return known;
  }

  @Test
  void aChatWithoutMessagesHasNoneToContinue() {
    ChatTemplate chat = ChatTemplate.parse("{{ messages }}", "template", Map.of(), () -> null);
    assertThatThrownBy(() -> chat.renderOpen(List.of(), Map.of()))
        .isInstanceOf(JinjaException.class)
        .hasMessageContaining("no message to continue");
  }
}
