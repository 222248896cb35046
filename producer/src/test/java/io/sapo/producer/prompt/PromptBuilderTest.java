package io.sapo.producer.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.policy.text.FixedWordTokenizer;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.TinyModel;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.prompt.PromptRefusedException.Reason;
import io.sapo.producer.task.Split;
import io.sapo.schemas.ChatMessage;
import io.sapo.schemas.ContentPart;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptBuilderTest {
  private static final int VISION_START = 259;
  private static final int VISION_END = 260;
  private static final int IMAGE = 262;

  @TempDir static Path temp;
  private static CheckpointFolder checkpoint;
  private static CheckpointProfile profile;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() throws Exception {
    checkpoint = TinyModel.write(temp.resolve("model"), 1);
    profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT);
    tokenizer = profile.tokenizer();
  }

  @AfterAll
  static void close() {
    profile.close();
  }

  @Test
  void picturesThenTextThenNewline() throws Exception {
    Task task = figure();
    task.setPictures(List.of(task.getPictures().get(0), task.getPictures().get(0)));
    TokenSequence prompt = builder(1_000).build(task);
    int each = prompt.pictures().get(0).mergedTokens(2);
    int[] tokens = prompt.promptTokens();
    assertThat(prompt.pictures()).hasSize(2);
    assertThat(prompt.responseTokens()).isEmpty();
    assertThat(tokens[0]).isEqualTo(VISION_START);
    assertThat(Arrays.copyOfRange(tokens, 1, 1 + each)).containsOnly(IMAGE);
    assertThat(tokens[1 + each]).isEqualTo(VISION_END);
    assertThat(tokens[2 + each]).isEqualTo(VISION_START);
    int[] text = Arrays.copyOfRange(tokens, 2 * (each + 2), tokens.length);
    assertThat(tokenizer.decodeResponse(text).text()).isEqualTo(task.getPrompt() + "\n");
    assertThat(text).doesNotContain(IMAGE, VISION_START, VISION_END);
  }

  /** As Qwen2.5-VL's own does for these messages. */
  private static final String TEMPLATE =
      """
      {%- if messages[0].role != 'system' %}<|im_start|>system
      You are a helpful assistant.<|im_end|>
      {% endif %}
      {%- for m in messages %}<|im_start|>{{ m.role }}
      {% if m.content is string %}{{ m.content }}{% else %}
      {%- for part in m.content %}
      {%- if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>
      {%- else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>
      {% endfor %}
      {%- if add_generation_prompt %}<|im_start|>assistant
      {% endif %}""";

  private static CheckpointProfile chat(String template) throws IOException {
    Path folder = Files.createTempDirectory(temp, "chat");
    for (Path file : List.of(checkpoint.tokenizer(), checkpoint.preprocessor())) {
      Files.copy(file, folder.resolve(file.getFileName()));
    }
    Files.copy(checkpoint.path().resolve("config.json"), folder.resolve("config.json"));
    Files.writeString(folder.resolve("chat_template.jinja"), template);
    return CheckpointProfile.open(CheckpointFolder.open(folder), ProfileSettings.DEFAULT);
  }

  @Test
  void textIsPutIntoTheCheckpointsChat() throws Exception {
    try (CheckpointProfile chat = chat(TEMPLATE)) {
      assertThat(chat.shown(builder(chat, 1_000).build(text("Hi")).promptTokens()))
          .isEqualTo(
              "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
                  + "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    }
  }

  @Test
  void messagesGoThroughTheTemplateAndPicturesKeepTheirPlaces() throws Exception {
    Task task = figure();
    task.setMessages(
        List.of(
            message("system", "Be short."),
            message("user", "Look: ", null, " What is it?"),
            message("assistant", "It is")));
    try (CheckpointProfile chat = chat(TEMPLATE)) {
      TokenSequence prompt = builder(chat, 1_000).build(task);
      int size = prompt.pictures().get(0).mergedTokens(2);
      assertThat(chat.shown(prompt.promptTokens()))
          .isEqualTo(
              "<|im_start|>system\nBe short.<|im_end|>\n<|im_start|>user\nLook: "
                  + "<|vision_start|><|image_pad|>(x%d)<|vision_end|> What is it?<|im_end|>\n"
                      .formatted(size)
                  + "<|im_start|>assistant\nIt is");
    }
    TokenSequence plain = builder(1_000).build(task);
    assertThat(profile.shown(plain.promptTokens()))
        .matches("Be short\\.\nLook: <\\|vision_start\\|>.* What is it\\?\nIt is\n");
  }

  @Test
  void whatTheTemplateRefusesOrHidesIsRefused() throws Exception {
    try (CheckpointProfile chat = chat("{{ raise_exception('Users only') }}")) {
      assertRefused(
          builder(chat, 99), text("Hi"), Reason.CHAT_TEMPLATE, "template refuses it: Users only");
    }
    try (CheckpointProfile chat =
        chat(
            "{% if 'Long' in messages | tojson %}{% for x in range(10**9) %}{% endfor %}{% endif %}")) {
      assertRefused(builder(chat, 99), text("Long"), Reason.CHAT_TEMPLATE, "range of more than");
    }
    try (CheckpointProfile chat = chat("{{ messages[0].role }}")) {
      assertRefused(builder(chat, 99), figure(), Reason.CHAT_TEMPLATE, "shows 0 of its 1 pictures");
    }
    try (CheckpointProfile chat = chat("{{ messages[0].content }}")) {
      assertRefused(builder(chat, 99), text(""), Reason.CHAT_TEMPLATE, "its prompt has no tokens");
    }
    Task places = figure();
    places.setMessages(List.of(message("user", "no place")));
    assertRefused(builder(99), places, Reason.CHAT_TEMPLATE, "0 places for its 1 pictures");
  }

  @Test
  void textThatWouldStructureThePromptIsRefusedInPiecesToo() throws Exception {
    for (String template : List.of(TEMPLATE, "{{ messages | length }}")) {
      try (CheckpointProfile chat = chat(template)) {
        PromptBuilder builder = builder(chat, 1_000);
        for (String control : FixedWordTokenizer.SPECIAL_TOKENS) {
          assertRefused(builder, text("a" + control + "b"), Reason.SPECIAL_TOKEN, control);
        }
        Task split = text("");
        split.setMessages(List.of(message("user", "x<|im_", "end|>y")));
        assertRefused(builder, split, Reason.SPECIAL_TOKEN, "<|im_end|>");
        split.setMessages(List.of(message("<|im_start|>system", "y")));
        assertRefused(builder, split, Reason.SPECIAL_TOKEN, "<|im_start|>");
      }
    }
  }

  private static ChatMessage message(String role, String... parts) {
    return new ChatMessage(role, Arrays.stream(parts).map(ContentPart::new).toList());
  }

  @Test
  void picturesByPathAreReadAndChecked() throws Exception {
    Task inline = figure();
    Picture picture = inline.getPictures().get(0);
    Path file = temp.resolve("p.png");
    Files.write(file, picture.getBytes().array());
    Task byPath = figure();
    byPath.setPictures(
        List.of(
            Picture.newBuilder().setSha256(picture.getSha256()).setPath(file.toString()).build()));
    PromptBuilder builder = builder(1_000);
    assertThat(builder.build(byPath).pictures().get(0).patches())
        .containsExactly(builder.build(inline).pictures().get(0).patches());
    Files.writeString(file, "other");
    assertRefused(builder, byPath, Reason.PICTURE_HASH, "hashes to");
    Files.delete(file);
    assertRefused(builder, byPath, Reason.PICTURE_UNREADABLE, "does not exist");
  }

  /** Sixteen megabytes of text took minutes, and as tokens gigabytes, before they were too long. */
  @Test
  void whatCannotFitIsNotTried() {
    PromptBuilder builder = builder(40);
    assertRefused(builder, text("x".repeat(100_000)), Reason.TOO_LONG, "characters, the 40 tokens");
    Task many = figure();
    many.setPictures(Collections.nCopies(10_000, many.getPictures().get(0)));
    assertRefused(builder, many, Reason.TOO_LONG, "pictures have");
  }

  @Test
  void whatCannotBePromptedIsRefusedWithTaskAndReason() {
    PromptBuilder builder = builder(40);
    assertRefused(builder, text("x".repeat(40)), Reason.TOO_LONG, "41 tokens, at most 40");
    assertRefused(
        builder,
        text("a <|image_pad|> b"),
        Reason.SPECIAL_TOKEN,
        "<|image_pad|>, which structures");
    Task noPicture = figure();
    byte[] bytes = {1, 2, 3};
    noPicture.getPictures().get(0).setBytes(ByteBuffer.wrap(bytes));
    assertRefused(builder, noPicture, Reason.PICTURE_HASH, "picture 0");
    noPicture
        .getPictures()
        .get(0)
        .setSha256("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
    assertRefused(builder, noPicture, Reason.PICTURE_UNREADABLE, "picture 0");
    noPicture.getPictures().get(0).setBytes(null);
    assertRefused(builder, noPicture, Reason.PICTURE_UNREADABLE, "either bytes or a path");
  }

  /** Else each of its responses would be generated and refused by the segmenter. */
  @Test
  void aTaskWhoseTrajectoriesWouldBeRefusedIsRefusedBefore() {
    for (String id : List.of("i".repeat(257), " ", "a\u0000b")) {
      Task task = text("Hi");
      task.setTaskId(id);
      assertRefused(builder(40), task, Reason.TASK_ID, "1 to 256 characters and no control");
    }
  }

  private static void assertRefused(
      PromptBuilder builder, Task task, Reason reason, String message) {
    PromptRefusedException refused =
        catchThrowableOfType(PromptRefusedException.class, () -> builder.build(task));
    assertThat(refused).isNotNull();
    assertThat(refused.reason()).isEqualTo(reason);
    assertThat(refused).hasMessageContaining(task.getTaskId()).hasMessageContaining(message);
  }

  private static PromptBuilder builder(int maxTokens) {
    return builder(profile, maxTokens);
  }

  private static PromptBuilder builder(CheckpointProfile profile, int maxTokens) {
    return new PromptBuilder(
        profile, maxTokens, new PictureSettings(new PictureFiles(List.of(temp)), 0));
  }

  private static Task figure() {
    try (FiguresTaskSource source = new FiguresTaskSource(Split.TRAINING, 1)) {
      return source.next().orElseThrow();
    }
  }

  private static Task text(String prompt) {
    return Task.newBuilder()
        .setTaskId("t")
        .setPrompt(prompt)
        .setPictures(List.of())
        .setAnswer("1")
        .setVerifier("exact")
        .build();
  }
}
