package io.sapo.producer.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.TinyModel;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.prompt.PromptRefusedException.Reason;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() throws Exception {
    checkpoint = TinyModel.write(temp.resolve("model"), 1);
    tokenizer = Tokenizer.open(checkpoint.tokenizer());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void picturesThenTextThenNewline() throws Exception {
    Task task = figure();
    task.setPictures(List.of(task.getPictures().get(0), task.getPictures().get(0)));
    TokenSequence prompt = builder(PromptTemplate.PLAIN, 1_000).build(task);
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

  @Test
  void chatmlIsQwensChatFormat() throws Exception {
    Task task = text("Hi");
    TokenSequence prompt = builder(PromptTemplate.CHATML, 1_000).build(task);
    assertThat(prompt.promptTokens())
        .containsExactly(
            tokenizer.encode(
                "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
                    + "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"));
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
    PromptBuilder builder = builder(PromptTemplate.PLAIN, 1_000);
    assertThat(builder.build(byPath).pictures().get(0).patches())
        .containsExactly(builder.build(inline).pictures().get(0).patches());
    Files.writeString(file, "other");
    assertRefused(builder, byPath, Reason.PICTURE_HASH, "hashes to");
    Files.delete(file);
    assertRefused(builder, byPath, Reason.PICTURE_UNREADABLE, "does not exist");
  }

  @Test
  void whatCannotBePromptedIsRefusedWithTaskAndReason() {
    PromptBuilder builder = builder(PromptTemplate.PLAIN, 40);
    assertRefused(builder, text("x".repeat(40)), Reason.TOO_LONG, "41 tokens, at most 40");
    assertRefused(builder, text("a <|image_pad|> b"), Reason.SPECIAL_TOKEN, "stand for pictures");
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

  private static void assertRefused(
      PromptBuilder builder, Task task, Reason reason, String message) {
    PromptRefusedException refused =
        catchThrowableOfType(PromptRefusedException.class, () -> builder.build(task));
    assertThat(refused).isNotNull();
    assertThat(refused.reason()).isEqualTo(reason);
    assertThat(refused).hasMessageContaining(task.getTaskId()).hasMessageContaining(message);
  }

  private static PromptBuilder builder(PromptTemplate template, int maxTokens) {
    return new PromptBuilder(
        checkpoint, tokenizer, template, maxTokens, new PictureFiles(List.of(temp)));
  }

  private static Task figure() {
    try (FiguresTaskSource source = new FiguresTaskSource(FiguresTaskSource.Split.TRAINING, 1)) {
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
