package io.sapo.producer.prompt;

import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.pictures.WrongPictureException;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.picture.PicturePreprocessor;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.prompt.PromptRefusedException.Reason;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Turns a task into the tokens and patches the network takes: template, pictures each between the
 * vision start and end tokens, text. Thread-safe as long as the tokenizer is open.
 */
public final class PromptBuilder {
  private final ModelConfig model;
  private final Tokenizer tokenizer;
  private final PictureFiles files;
  private final Optional<PicturePreprocessor> pictures;
  private final int[] before;
  private final int[] after;
  private final int maxTokens;
  private final Set<Integer> pictureTokens = new TreeSet<>();

  /**
   * @param tokenizer of that checkpoint; stays the caller's
   * @param maxTokens longest prompt, picture tokens counted
   * @param files where pictures by path may lie
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when the model looks at pictures
   *     but the folder does not say how they are prepared
   * @throws IllegalArgumentException when the tokenizer lacks the template's tokens
   */
  public PromptBuilder(
      CheckpointFolder checkpoint,
      Tokenizer tokenizer,
      PromptTemplate template,
      int maxTokens,
      PictureFiles files) {
    this.model = checkpoint.config();
    this.tokenizer = tokenizer;
    this.files = files;
    this.maxTokens = maxTokens;
    if (template == PromptTemplate.CHATML) {
      tokenizer.id("<|im_start|>");
      tokenizer.id("<|im_end|>");
    }
    before = tokenizer.encode(template.before());
    after = tokenizer.encode(template.after());
    pictures = PicturePreprocessor.of(checkpoint);
    model
        .imageTokens()
        .ifPresent(
            tokens ->
                pictureTokens.addAll(
                    List.of(
                        tokens.visionStart(), tokens.visionEnd(), tokens.image(), tokens.video())));
  }

  /** The prompt, without response tokens. */
  public TokenSequence build(Task task) throws PromptRefusedException {
    List<PreparedPicture> prepared = new ArrayList<>();
    IntStream.Builder tokens = IntStream.builder();
    Arrays.stream(before).forEach(tokens);
    for (Picture picture : task.getPictures()) {
      PreparedPicture next = prepare(task, prepared.size(), picture);
      prepared.add(next);
      addPicture(tokens, next);
    }
    Arrays.stream(text(task)).forEach(tokens);
    Arrays.stream(after).forEach(tokens);
    int[] prompt = tokens.build().toArray();
    if (prompt.length > maxTokens) {
      throw refused(
          task,
          Reason.TOO_LONG,
          "its prompt has %d tokens, at most %d are taken".formatted(prompt.length, maxTokens),
          null);
    }
    return new TokenSequence(prompt, prepared, new int[0]);
  }

  private void addPicture(IntStream.Builder tokens, PreparedPicture picture) {
    ModelConfig.ImageTokens ids = model.imageTokens().orElseThrow();
    tokens.add(ids.visionStart());
    for (int i = pictures.orElseThrow().tokens(picture); i > 0; i--) {
      tokens.add(ids.image());
    }
    tokens.add(ids.visionEnd());
  }

  private int[] text(Task task) throws PromptRefusedException {
    int[] text = tokenizer.encode(task.getPrompt());
    if (Arrays.stream(text).anyMatch(pictureTokens::contains)) {
      throw refused(
          task, Reason.SPECIAL_TOKEN, "its text holds tokens that stand for pictures", null);
    }
    return text;
  }

  private PreparedPicture prepare(Task task, int index, Picture picture)
      throws PromptRefusedException {
    if (pictures.isEmpty()) {
      throw refused(
          task,
          Reason.PICTURE_UNSUPPORTED,
          "it has %d pictures, but a %s model reads text only"
              .formatted(task.getPictures().size(), model.architecture()),
          null);
    }
    try {
      return pictures
          .get()
          .prepare(files.verified(picture.getBytes(), picture.getPath(), picture.getSha256()));
    } catch (WrongPictureException e) {
      throw refused(
          task, Reason.PICTURE_HASH, "picture %d: %s".formatted(index, e.getMessage()), e);
    } catch (UnreadablePictureException e) {
      throw refused(
          task, Reason.PICTURE_UNREADABLE, "picture %d: %s".formatted(index, e.getMessage()), e);
    }
  }

  private static PromptRefusedException refused(
      Task task, Reason reason, String why, Throwable cause) {
    return new PromptRefusedException(
        reason, "task %s of %s: %s".formatted(task.getTaskId(), task.getSource(), why), cause);
  }
}
