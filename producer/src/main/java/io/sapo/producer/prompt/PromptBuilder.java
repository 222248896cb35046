package io.sapo.producer.prompt;

import io.sapo.jinja.JinjaException;
import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.pictures.WrongPictureException;
import io.sapo.policy.checkpoint.ModelConfig.ImageTokens;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.picture.PicturePreprocessor;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.text.TextTooLongException;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.prompt.PromptRefusedException.Reason;
import io.sapo.reading.NowReading;
import io.sapo.schemas.ChatMessage;
import io.sapo.schemas.ContentPart;
import io.sapo.schemas.Ids;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Turns a task into the tokens and patches the network takes, by the checkpoint's chat template or
 * as plain text. A task's own text never becomes a token that structures prompts: where it would,
 * the task is refused. Thread-safe as long as the profile is open.
 */
public final class PromptBuilder {
  private final CheckpointProfile profile;
  private final PictureFiles files;
  private final Optional<PicturePreprocessor> pictures;
  private final int maxTokens;

  /**
   * @param profile stays the caller's
   * @param maxTokens longest prompt, picture tokens counted
   * @param settings how pictures are taken
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when the model looks at pictures
   *     but the folder does not say how they are prepared
   */
  public PromptBuilder(CheckpointProfile profile, int maxTokens, PictureSettings settings) {
    this.profile = profile;
    this.files = settings.files();
    this.maxTokens = maxTokens;
    this.pictures = PicturePreprocessor.of(profile.folder(), settings.maxPixels());
  }

  /** The prompt, without response tokens. */
  public TokenSequence build(Task task) throws PromptRefusedException {
    try {
      return NowReading.during("task " + task.getTaskId(), () -> read(task));
    } catch (TextTooLongException e) {
      throw refused(task, Reason.TOO_LONG, e.getMessage(), e);
    }
  }

  /**
   * What {@link #build} made tokens and patches of. Reads the pictures again: other decoders turn
   * them, fill what is transparent and resize otherwise, so theirs are not the pixels.
   *
   * @throws UnreadablePictureException when one can no longer be read
   * @throws PromptRefusedException when messages and pictures do not match, or the model looks at
   *     none
   */
  public PictureChat chat(Task task) throws PromptRefusedException {
    List<byte[]> plain = new ArrayList<>();
    for (Picture picture : task.getPictures()) {
      plain.add(preprocessor(task).plain(verified(picture)));
    }
    return new PictureChat(messages(task), plain, profile.templateSettings());
  }

  private TokenSequence read(Task task) throws PromptRefusedException {
    Optional<String> fault = Ids.fault(task.getTaskId());
    if (fault.isPresent()) {
      throw refused(task, Reason.TASK_ID, "its id " + fault.get(), null);
    }
    List<ChatMessage> messages = messages(task);
    requireRoomFor(task, messages);
    refuseControlTokens(task, messages);
    List<PreparedPicture> prepared = new ArrayList<>();
    int pictureTokens = 0;
    for (Picture picture : task.getPictures()) {
      PreparedPicture next = prepare(task, prepared.size(), picture);
      pictureTokens += pictures.orElseThrow().tokens(next);
      requireRoom(task, pictureTokens, "its first %d pictures have", prepared.size() + 1);
      prepared.add(next);
    }
    int[] prompt = profile.chats() ? chat(task, messages, prepared) : plain(messages, prepared);
    requireRoom(task, prompt.length, "its prompt has");
    if (prompt.length == 0) {
      throw refused(task, Reason.CHAT_TEMPLATE, "its prompt has no tokens", null);
    }
    return new TokenSequence(prompt, prepared, new int[0]);
  }

  private void requireRoom(Task task, int tokens, String what, Object... arguments)
      throws PromptRefusedException {
    if (tokens > maxTokens) {
      throw refused(
          task,
          Reason.TOO_LONG,
          "%s %d tokens, at most %d are taken"
              .formatted(what.formatted(arguments), tokens, maxTokens),
          null);
    }
  }

  /** Tokens of megabytes take minutes, and a hundred times their memory. */
  private void requireRoomFor(Task task, List<ChatMessage> messages) throws PromptRefusedException {
    long characters = 0;
    for (ChatMessage message : messages) {
      characters += message.getRole().length();
      for (ContentPart part : message.getContent()) {
        characters += part.getText() == null ? 0 : part.getText().length();
      }
    }
    long most = (long) maxTokens * profile.tokenizer().longestToken();
    if (characters > most) {
      throw refused(
          task,
          Reason.TOO_LONG,
          "its text has %d characters, the %d tokens that are taken at most hold %d"
              .formatted(characters, maxTokens, most),
          null);
    }
  }

  /** The task's chat; without one, a user's message of its pictures and its text. */
  private static List<ChatMessage> messages(Task task) throws PromptRefusedException {
    List<ChatMessage> messages = task.getMessages();
    if (messages.isEmpty()) {
      List<ContentPart> content = new ArrayList<>();
      task.getPictures().forEach(picture -> content.add(new ContentPart((String) null)));
      content.add(new ContentPart(task.getPrompt()));
      return List.of(new ChatMessage("user", content));
    }
    long places =
        messages.stream()
            .flatMap(message -> message.getContent().stream())
            .filter(part -> part.getText() == null)
            .count();
    if (places != task.getPictures().size()) {
      throw refused(
          task,
          Reason.CHAT_TEMPLATE,
          "its messages have %d places for its %d pictures"
              .formatted(places, task.getPictures().size()),
          null);
    }
    return messages;
  }

  /** Looks at each text alone and at all of them put together, as a template may put them. */
  private void refuseControlTokens(Task task, List<ChatMessage> messages)
      throws PromptRefusedException {
    StringBuilder together = new StringBuilder();
    List<String> texts = new ArrayList<>();
    for (ChatMessage message : messages) {
      texts.add(message.getRole());
      message.getContent().stream()
          .map(ContentPart::getText)
          .filter(text -> text != null)
          .forEach(texts::add);
    }
    texts.forEach(together::append);
    texts.add(together.toString());
    for (String text : texts) {
      Optional<String> control = profile.controlTokenIn(text);
      if (control.isPresent()) {
        throw refused(
            task,
            Reason.SPECIAL_TOKEN,
            "its text holds %s, which structures prompts of this model".formatted(control.get()),
            null);
      }
    }
  }

  private int[] chat(Task task, List<ChatMessage> messages, List<PreparedPicture> prepared)
      throws PromptRefusedException {
    String text;
    try {
      text = profile.chat(messages.stream().map(this::forTemplate).toList());
    } catch (JinjaException e) {
      throw refused(
          task, Reason.CHAT_TEMPLATE, "the chat template refuses it: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      // Rendering is a function of the task alone: it would fail at every start.
      throw refused(task, Reason.CHAT_TEMPLATE, "the chat template fails on it: " + e, e);
    }
    int[] tokens = profile.tokenizer().encode(text);
    Optional<ImageTokens> ids = profile.model().imageTokens();
    if (ids.isEmpty()) {
      return tokens;
    }
    int image = ids.get().image();
    long places = Arrays.stream(tokens).filter(token -> token == image).count();
    if (places != prepared.size()) {
      throw refused(
          task,
          Reason.CHAT_TEMPLATE,
          "the chat template shows %d of its %d pictures".formatted(places, prepared.size()),
          null);
    }
    int merge = profile.model().vision().orElseThrow().patches().mergeSize();
    return Tokenizer.expandImageTokens(tokens, image, prepared, merge);
  }

  private Map<String, Object> forTemplate(ChatMessage message) {
    boolean parts =
        profile.partsOnly()
            || message.getContent().stream().anyMatch(part -> part.getText() == null);
    if (!parts) {
      StringBuilder text = new StringBuilder();
      message.getContent().forEach(part -> text.append(part.getText()));
      return Map.of("role", message.getRole(), "content", text.toString());
    }
    List<Map<String, Object>> content = new ArrayList<>();
    for (ContentPart part : message.getContent()) {
      content.add(
          part.getText() == null
              ? Map.of("type", "image")
              : Map.of("type", "text", "text", part.getText()));
    }
    return Map.of("role", message.getRole(), "content", content);
  }

  /** Texts and pictures one after the other, a line's end behind each message. */
  private int[] plain(List<ChatMessage> messages, List<PreparedPicture> prepared) {
    IntStream.Builder tokens = IntStream.builder();
    Arrays.stream(profile.beginning()).forEach(tokens);
    Iterator<PreparedPicture> next = prepared.iterator();
    StringBuilder text = new StringBuilder();
    for (ChatMessage message : messages) {
      for (ContentPart part : message.getContent()) {
        if (part.getText() == null) {
          addText(tokens, text);
          addPicture(tokens, next.next());
        } else {
          text.append(part.getText());
        }
      }
      text.append('\n');
    }
    addText(tokens, text);
    return tokens.build().toArray();
  }

  private void addText(IntStream.Builder tokens, StringBuilder text) {
    Arrays.stream(profile.tokenizer().encode(text.toString())).forEach(tokens);
    text.setLength(0);
  }

  private void addPicture(IntStream.Builder tokens, PreparedPicture picture) {
    ImageTokens ids = profile.model().imageTokens().orElseThrow();
    tokens.add(ids.visionStart());
    for (int i = pictures.orElseThrow().tokens(picture); i > 0; i--) {
      tokens.add(ids.image());
    }
    tokens.add(ids.visionEnd());
  }

  private PicturePreprocessor preprocessor(Task task) throws PromptRefusedException {
    if (pictures.isEmpty()) {
      throw refused(
          task,
          Reason.PICTURE_UNSUPPORTED,
          "it has %d pictures, but a %s model reads text only"
              .formatted(task.getPictures().size(), profile.model().architecture()),
          null);
    }
    return pictures.get();
  }

  private byte[] verified(Picture picture) {
    return files.verified(picture.getBytes(), picture.getPath(), picture.getSha256());
  }

  private PreparedPicture prepare(Task task, int index, Picture picture)
      throws PromptRefusedException {
    try {
      return preprocessor(task).prepare(verified(picture));
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
