package io.sapo.policy.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointProfileTest {
  private static final String CONFIG =
      """
      {"model_type": "llama", "vocab_size": %d, "hidden_size": 8, "intermediate_size": 8,
       "num_hidden_layers": 1, "num_attention_heads": 1, "hidden_act": "silu"%s}
      """;

  private static final String CHATML =
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  @TempDir Path temp;

  /** A folder with a reference tokenizer and what else is given by file name. */
  private CheckpointFolder folder(String tokenizer, String eos, Map<String, String> files)
      throws IOException {
    Path folder = Files.createTempDirectory(temp, "model");
    Files.copy(
        Path.of("src/test/resources/reference/tokenizers", tokenizer, "tokenizer.json"),
        folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve("config.json"), CONFIG.formatted(1600, eos));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.createDirectories(folder.resolve(file.getKey()).getParent());
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    return CheckpointFolder.open(folder);
  }

  private static CheckpointProfile open(CheckpointFolder folder) {
    return CheckpointProfile.open(CheckpointFolder.open(folder.path()), ProfileSettings.DEFAULT);
  }

  private static String json(String text) {
    return "\"" + text.replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }

  @Test
  void everySourceOfStopTokensCounts() throws IOException {
    Map<String, String> files =
        Map.of(
            "generation_config.json",
            "{\"eos_token_id\": [1301, 1300]}",
            "tokenizer_config.json",
            "{\"eos_token\": \"<|vision_pad|>\", \"chat_template\": %s}".formatted(json(CHATML)));
    try (CheckpointProfile profile =
        CheckpointProfile.open(
            folder("qwen2", ", \"eos_token_id\": 7", files),
            new ProfileSettings(PromptForm.CHECKPOINT, List.of("<|fim_prefix|>"), Map.of()))) {
      assertThat(profile.stopTokens()).containsExactly(7, 1300, 1301, 1302, 1305, 1310);
      assertThat(profile.description())
          .contains("tokenizer_config.json")
          .contains("<|im_end|> or <|vision_pad|> or <|fim_prefix|>");
    }
    try (CheckpointProfile profile =
        open(
            folder(
                "qwen2", "", Map.of("tokenizer_config.json", "{\"eos_token\": \"<|im_end|>\"}")))) {
      assertThat(profile.stopTokens()).containsExactly(1302);
    }
    try (CheckpointProfile profile = open(folder("qwen2", "", Map.of()))) {
      assertThat(profile.stopTokens()).isEmpty();
      assertThat(profile.chats()).isFalse();
      assertThat(profile.description())
          .contains("no chat template")
          .contains("no token ends a response");
    }
  }

  @Test
  void aStopTokenThatIsNotThereIsNamed() throws IOException {
    CheckpointFolder folder = folder("qwen2", "", Map.of());
    assertThatThrownBy(
            () ->
                CheckpointProfile.open(
                    folder, new ProfileSettings(PromptForm.PLAIN, List.of("<|eot|>"), Map.of())))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("no token '<|eot|>', which model.stop-tokens names");
    CheckpointFolder outside =
        folder("qwen2", "", Map.of("generation_config.json", "{\"eos_token_id\": 9999}"));
    assertThatThrownBy(() -> open(outside)).hasMessageContaining("9999 is outside the vocabulary");
  }

  @Test
  void theTemplateIsFoundWhereverCheckpointsKeepIt() throws IOException {
    String named =
        "[{\"name\": \"tool_use\", \"template\": \"T\"}, {\"name\": \"default\", \"template\": \"D\"}]";
    Map<String, String> everywhere =
        Map.of(
            "chat_template.jinja", "J",
            "chat_template.json", "{\"chat_template\": \"P\"}",
            "tokenizer_config.json", "{\"chat_template\": " + named + "}");
    assertThat(rendered(everywhere)).isEqualTo("J");
    assertThat(rendered(Map.of("tokenizer_config.json", everywhere.get("tokenizer_config.json"))))
        .isEqualTo("D");
    assertThat(rendered(Map.of("chat_template.json", everywhere.get("chat_template.json"))))
        .isEqualTo("P");
    assertThat(rendered(Map.of("processor_config.json", "{\"chat_template\": \"R\"}")))
        .isEqualTo("R");
    CheckpointFolder none =
        folder(
            "qwen2",
            "",
            Map.of(
                "tokenizer_config.json",
                "{\"chat_template\": [{\"name\": \"a\", \"template\": \"A\"}, {\"name\": \"b\"}]}"));
    assertThatThrownBy(() -> open(none))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("one named 'default', but has [a, b]");
    CheckpointFolder broken = folder("qwen2", "", Map.of("chat_template.jinja", "{% if %}"));
    assertThatThrownBy(() -> open(broken))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("chat_template.jinja: chat template: line 1:");
  }

  /** As the public library chooses: the one named so, wherever it lies, for chats with tools. */
  @Test
  void aTemplateForToolsIsTakenWhereThereAreTools() throws IOException {
    String tools = "<tool_call>{% for t in tools %}{{ t.name }}{% endfor %}";
    String list =
        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"D\"},"
            + " {\"name\": \"tool_use\", \"template\": %s}]}".formatted(json(tools));
    withAndWithoutTools(Map.of("tokenizer_config.json", list), "D", "<tool_call>f");
    withAndWithoutTools(
        Map.of("chat_template.jinja", "J", "tokenizer_config.json", list), "J", "J");
    withAndWithoutTools(
        Map.of(
            "chat_template.jinja",
            "J",
            "tokenizer_config.json",
            list,
            "additional_chat_templates/tool_use.jinja",
            "own" + tools),
        "J",
        "own<tool_call>f");
    CheckpointFolder broken =
        folder(
            "qwen2",
            "",
            Map.of(
                "chat_template.jinja",
                "J",
                "additional_chat_templates/tool_use.jinja",
                "{% if %}"));
    assertThatThrownBy(() -> open(broken))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("additional_chat_templates/tool_use.jinja: chat template: line 1:");
  }

  /** With a tool to show: one for chats with tools may render no other. */
  @Test
  void aTemplateForToolsIsTriedWithOne() throws IOException {
    String file = "additional_chat_templates/tool_use.jinja";
    String tools =
        "{% for t in tools %}<tool_call>{{ t.function.name }}{% for name, p in"
            + " t.function.parameters.properties.items() %}{{ name + p.type }}{% endfor %}"
            + "{% endfor %}";
    try (CheckpointProfile profile =
        open(folder("qwen2", "", Map.of("chat_template.jinja", CHATML, file, tools)))) {
      assertThat(profile.toolCalls()).contains(ToolCallForm.TAGGED);
      assertThat(profile.description()).contains("chat_template.jinja, with tools by " + file);
    }
    CheckpointFolder none =
        folder("qwen2", "", Map.of("chat_template.jinja", CHATML, file, "{{ tools[7].name }}"));
    assertThatThrownBy(() -> open(none))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining(file + ": chat template: renders no chat at all");
  }

  private void withAndWithoutTools(Map<String, String> files, String without, String with)
      throws IOException {
    try (CheckpointProfile profile = open(folder("qwen2", "", files))) {
      List<Map<String, String>> chat = List.of(Map.of("role", "user", "content", "Hi"));
      assertThat(profile.chat(chat)).isEqualTo(without);
      assertThat(profile.chat(chat, List.of(Map.of("name", "f")))).isEqualTo(with);
      assertThat(profile.toolCalls().isPresent()).isEqualTo(with.contains("<tool_call>"));
    }
  }

  private String rendered(Map<String, String> files) throws IOException {
    try (CheckpointProfile profile = open(folder("qwen2", "", files))) {
      return profile.chat(List.of(Map.of("role", "user", "content", "Hi")));
    }
  }

  @Test
  void specialTokensReachTheTemplateByTheirRoles() throws IOException {
    Map<String, String> files =
        Map.of(
            "chat_template.jinja",
            "{{ bos_token }}{{ eos_token }}{{ pad_token is defined }}",
            "tokenizer_config.json",
            "{\"bos_token\": {\"content\": \"<s>\"}, \"pad_token\": null}",
            "special_tokens_map.json",
            "{\"eos_token\": \"</s>\", \"bos_token\": \"other\"}");
    assertThat(rendered(files)).isEqualTo("<s></s>False");
  }

  @Test
  void templateSettingsReachTheTemplate() throws IOException {
    CheckpointFolder folder =
        folder("qwen2", "", Map.of("chat_template.jinja", "{{ enable_thinking }}{{ budget + 1 }}"));
    try (CheckpointProfile profile =
        CheckpointProfile.open(
            folder,
            new ProfileSettings(
                PromptForm.CHECKPOINT,
                List.of(),
                Map.of("enable_thinking", false, "budget", 8L)))) {
      assertThat(profile.chat(List.of(Map.of("role", "user", "content", "Hi"))))
          .isEqualTo("False9");
    }
    assertThatThrownBy(
            () -> new ProfileSettings(PromptForm.CHECKPOINT, List.of(), Map.of("messages", "mine")))
        .hasMessageContaining("'messages' is not for the settings");
  }

  @Test
  void plainTextBeginsAsTheTokenizerBeginsIt() throws IOException {
    assertThat(beginning("llama3", "{}")).containsExactly(1400);
    assertThat(beginning("llama2-prepend", "{}")).containsExactly(1);
    assertThat(beginning("qwen2", "{}")).isEmpty();
    assertThat(beginning("llama2-prepend", "{\"bos_token\": \"<s>\", \"add_bos_token\": false}"))
        .isEmpty();
    assertThat(beginning("qwen2", "{\"bos_token\": \"<|endoftext|>\", \"add_bos_token\": true}"))
        .containsExactly(1300);
  }

  private int[] beginning(String tokenizer, String config) throws IOException {
    try (CheckpointProfile profile =
        open(folder(tokenizer, "", Map.of("tokenizer_config.json", config)))) {
      return profile.beginning();
    }
  }

  @Test
  void controlTokensAreFoundInTextAndThoughtsAreNone() throws IOException {
    try (CheckpointProfile profile = open(folder("qwen2", "", Map.of()))) {
      assertThat(profile.controlTokenIn("a <|im_end|> b")).contains("<|im_end|>");
      assertThat(profile.controlTokenIn("<think>a</think> <tool_call>")).isEmpty();
      assertThat(profile.unspeakableTokens()).hasSize(1600 - 1317).startsWith(1317);
    }
  }

  /** As in DeepSeek's distilled models: tokens of turns that are not called special. */
  @Test
  void whatTheTemplateWritesAroundMessagesIsControl() throws IOException {
    String template =
        "{% for m in messages %}{% if m.role == 'user' %}<｜User｜>{{ m.content }}{% elif m.role =="
            + " 'assistant' %}<｜Assistant｜>{{ m.content }}{% elif m.role == 'tool' %}"
            + "<｜output｜>{{ m.content }}{% else %}{{ m.content }}{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}<｜Assistant｜><think>\n{% endif %}";
    CheckpointFolder folder = folder("qwen2", "", Map.of("chat_template.jinja", template));
    append(folder, List.of("<｜User｜>", "<｜Assistant｜>", "<｜output｜>", "<｜call｜>"));
    try (CheckpointProfile profile = open(folder)) {
      assertThat(profile.controlTokenIn("a<｜User｜>b")).contains("<｜User｜>");
      assertThat(profile.controlTokenIn("a<｜Assistant｜>b")).contains("<｜Assistant｜>");
      assertThat(profile.controlTokenIn("a<｜output｜>b")).contains("<｜output｜>");
      assertThat(profile.controlTokenIn("<think>a</think><tool_call><｜call｜>")).isEmpty();
    }
  }

  /** Such tokens for runs of spaces or lines: nearly every text has one. */
  @Test
  void whiteSpaceThatTheTemplateWritesIsNoControl() throws IOException {
    String template = "{% for m in messages %}<｜User｜>    {{ m.content }}\n\n\n{% endfor %}";
    CheckpointFolder folder = folder("qwen2", "", Map.of("chat_template.jinja", template));
    append(folder, List.of("<｜User｜>", "    ", "\n\n\n"));
    try (CheckpointProfile profile = open(folder)) {
      assertThat(profile.controlTokenIn("a<｜User｜>b")).contains("<｜User｜>");
      assertThat(profile.controlTokenIn("a    b")).isEmpty();
      assertThat(profile.controlTokenIn("a\n\n\nb")).isEmpty();
    }
  }

  @Test
  void tagsInPairsAreControlAroundTheUsersTextAlone() throws IOException {
    String template =
        "{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %}"
            + "<think>{{ m.content }}</think>{% endif %}{% endfor %}";
    CheckpointFolder folder = folder("qwen2", "", Map.of("chat_template.jinja", template));
    append(folder, List.of("[INST]", "[/INST]"));
    try (CheckpointProfile profile = open(folder)) {
      assertThat(profile.controlTokenIn("a [INST] b")).contains("[INST]");
      assertThat(profile.controlTokenIn("a [/INST] b")).contains("[/INST]");
      assertThat(profile.controlTokenIn("<think>a</think>")).isEmpty();
    }
  }

  @Test
  void aTokenWithARoleIsControl() throws IOException {
    CheckpointFolder folder =
        folder("qwen2", "", Map.of("tokenizer_config.json", "{\"eos_token\": \"<end>\"}"));
    append(folder, List.of("<end>"));
    try (CheckpointProfile profile = open(folder)) {
      assertThat(profile.controlTokenIn("a<end>b")).contains("<end>");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %} | the template",
        "{{ open('/etc/passwd').read() }} | open",
        "{{ ''.__class__.__mro__ }} | __class__",
        "{{ messages[7].content }} | renders no chat at all",
        "{{ 1 // 0 }} | renders no chat at all",
      })
  void aTemplateThatRendersNoChatIsRefusedBeforeAnythingStarts(String template, String named)
      throws IOException {
    CheckpointFolder folder = folder("qwen2", "", Map.of("chat_template.jinja", template));
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("chat_template.jinja: chat template: ")
        .hasMessageContaining(named)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ messages[0].content[0].text }}{{ messages[0].content | length + [] | length }}",
        "{% if messages[0].role != 'system' %}{{ raise_exception('system first') }}{% endif %}",
        "{{ messages[1].content }}"
      })
  void aTemplateForChatsOfAnotherShapeIsTaken(String template) throws IOException {
    open(folder("qwen2", "", Map.of("chat_template.jinja", template))).close();
  }

  /** As fine-tunes of Llama have it: a token for padding behind the model's last. */
  @Test
  void aControlTokenBeyondTheModelIsNeverWritten() throws IOException {
    CheckpointFolder folder = folder("qwen2", "", Map.of());
    append(folder, 1317, true);
    try (CheckpointProfile profile = open(folder)) {
      assertThat(profile.controlTokenIn("a <pad> b")).contains("<pad>");
      assertThat(profile.unspeakableTokens()).isEmpty();
    }
    CheckpointFolder written =
        folder("qwen2", "", Map.of("chat_template.jinja", "{{ messages[0].content }}<pad>"));
    append(written, 1317, true);
    assertThatThrownBy(() -> open(written))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("writes token 1317, '<pad>', but the model's vocab_size is 1317");
    CheckpointFolder ordinary = folder("qwen2", "", Map.of());
    append(ordinary, 1317, false);
    assertThatThrownBy(() -> open(ordinary)).hasMessageContaining("tokens up to 1317");
  }

  @Test
  void addedTokensBehindAHoleAreRefused() throws IOException {
    CheckpointFolder folder = folder("qwen2", "", Map.of());
    append(folder, 1500, true);
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining("gives '<pad>' the id 1500, but it is read as [1317]");
  }

  /** Adds a token to the tokenizer, and lets the model have what is there without it. */
  private static void append(CheckpointFolder folder, int id, boolean special) throws IOException {
    Path config = folder.path().resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("1600", "1317"));
    append(folder, id, List.of("<pad>"), special);
  }

  /** Adds tokens that are not called special. */
  private static void append(CheckpointFolder folder, List<String> names) throws IOException {
    append(folder, 1317, names, false);
  }

  private static void append(CheckpointFolder folder, int id, List<String> names, boolean special)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = (ObjectNode) mapper.readTree(folder.tokenizer().toFile());
    for (int i = 0; i < names.size(); i++) {
      ObjectNode token = ((ArrayNode) json.get("added_tokens")).addObject();
      token.put("id", id + i).put("content", names.get(i)).put("special", special);
      for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        token.put(flag, false);
      }
    }
    mapper.writeValue(folder.tokenizer().toFile(), json);
  }

  @Test
  void aTokenizerLargerThanTheModelIsRefused() throws IOException {
    CheckpointFolder folder = folder("qwen2", "", Map.of());
    Files.writeString(folder.path().resolve("config.json"), CONFIG.formatted(1316, ""));
    assertThatThrownBy(() -> open(CheckpointFolder.open(folder.path())))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("tokens up to 1316, but the model's vocab_size is 1316");
  }

  @Test
  void tokensThatTheTokenizersConfigAloneHasAreRefused() throws IOException {
    refusedTokens(
        entries -> entries.set("1317", entry("<new>", true)),
        "token 1317, '<new>', which is not among the added_tokens of tokenizer.json");
    refusedTokens(
        entries -> entries.set("1314", entry("<think>", false)),
        "token 1314, '<think>', which has the id 1315 in tokenizer.json");
    refusedTokens(entries -> entries.putObject("1317"), "gives token 1317 no content");
    String role = tokens(entries -> {}).replaceFirst("\\{", "{\"eos_token\": \"<think>\", ");
    CheckpointFolder named = folder("qwen2", "", Map.of("tokenizer_config.json", role));
    assertThatThrownBy(() -> open(named))
        .hasMessageContaining("'<think>', which is not special in tokenizer.json, but has a role");
  }

  @ParameterizedTest
  @ValueSource(strings = {"special", "single_word", "lstrip", "rstrip", "normalized"})
  void aTokenThatTheTokenizersConfigGivesAnotherFlagIsRefused(String flag) throws IOException {
    refusedTokens(
        entries -> ((ObjectNode) entries.get("1315")).put(flag, true),
        "token 1315, '<think>', which has \"%s\": false in tokenizer.json and true here"
            .formatted(flag));
  }

  /** As the public library reads it: what tokenizer.json calls special stays so. */
  @Test
  void aTokenizersConfigThatChangesNoTextIsTaken() throws IOException {
    for (Consumer<ObjectNode> change :
        List.<Consumer<ObjectNode>>of(
            entries -> {},
            entries -> entries.remove("1315"),
            entries -> ((ObjectNode) entries.get("1302")).put("special", false))) {
      open(folder("qwen2", "", Map.of("tokenizer_config.json", tokens(change)))).close();
    }
  }

  private void refusedTokens(Consumer<ObjectNode> change, String why) throws IOException {
    CheckpointFolder folder = folder("qwen2", "", Map.of("tokenizer_config.json", tokens(change)));
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("tokenizer_config.json: key 'added_tokens_decoder'")
        .hasMessageContaining(why)
        .hasMessageNotContaining("\n");
  }

  private static ObjectNode entry(String content, boolean special) {
    ObjectNode entry = new ObjectMapper().createObjectNode();
    return entry.put("content", content).put("special", special).put("normalized", false);
  }

  /** A tokenizer_config.json that agrees with the reference tokenizer, but for a change. */
  private static String tokens(Consumer<ObjectNode> change) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Path tokenizer = Path.of("src/test/resources/reference/tokenizers/qwen2/tokenizer.json");
    ObjectNode config = mapper.createObjectNode();
    ObjectNode entries = config.putObject("added_tokens_decoder");
    for (JsonNode token : mapper.readTree(tokenizer.toFile()).get("added_tokens")) {
      ObjectNode entry = token.deepCopy();
      entries.set(entry.remove("id").asText(), entry);
    }
    change.accept(entries);
    return config.toString();
  }
}
