package io.sapo.policy.profile;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.JsonSection;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.ModelConfig.ImageTokens;
import io.sapo.policy.text.TextTooLongException;
import io.sapo.policy.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Everything about text that is peculiar to a checkpoint. Owns its tokenizer until closed; safe for
 * use from several threads until then.
 */
public final class CheckpointProfile implements AutoCloseable {
  private static final int MOST_NAMED = 8;
  private final CheckpointFolder folder;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final Optional<ChatTemplate> toolUse;
  private final Optional<ToolCallForm> toolCalls;
  private final String form;
  private final Map<String, Object> templateSettings;
  private final List<Integer> stopTokens;
  private final Set<Integer> controlTokens;
  private final Optional<Boolean> addBos;
  private final Optional<Integer> bos;

  /**
   * @throws InvalidCheckpointException naming the file, when tokenizer or template cannot be used
   *     or do not fit the model
   */
  public static CheckpointProfile open(CheckpointFolder folder, ProfileSettings settings) {
    Tokenizer tokenizer = Tokenizer.open(folder.tokenizer());
    try {
      return new CheckpointProfile(folder, tokenizer, settings);
    } catch (TextTooLongException e) {
      tokenizer.close();
      throw new InvalidCheckpointException(
          folder.path()
              + ": chat template: writes too much for the shortest chat: "
              + e.getMessage(),
          e);
    } catch (RuntimeException | Error e) {
      tokenizer.close();
      throw e;
    }
  }

  private CheckpointProfile(
      CheckpointFolder folder, Tokenizer tokenizer, ProfileSettings settings) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    refuseLarger(folder, tokenizer);
    Map<String, String> special = SpecialTokens.read(folder);
    AddedTokensCheck.check(folder, tokenizer, special.values());
    Optional<TemplateFile> file =
        settings.form() == PromptForm.PLAIN ? Optional.empty() : TemplateFile.find(folder);
    Optional<TemplateFile> toolFile = file.flatMap(any -> TemplateFile.findToolUse(folder));
    template = file.map(found -> parse(found, special));
    toolUse = toolFile.map(found -> parse(found, special));
    toolCalls = toolFile.or(() -> file).flatMap(found -> ToolCallForm.of(found.text()));
    form =
        file.map(
                found ->
                    "prompts by the chat template of "
                        + found.file()
                        + toolFile.map(other -> ", with tools by " + other.file()).orElse(""))
            .orElse(
                settings.form() == PromptForm.PLAIN
                    ? "prompts as plain text, as configured"
                    : "prompts as plain text: the checkpoint has no chat template");
    templateSettings = settings.templateSettings();
    template.ifPresent(chat -> tryOut(chat, file.orElseThrow(), templateSettings));
    toolUse.ifPresent(
        chat -> tryOut(chat, toolFile.orElseThrow(), withTools(List.of(TemplateTrial.TOOL))));
    stopTokens = StopTokens.find(folder, tokenizer, template, special, settings.stopTokens());
    controlTokens = new TreeSet<>(tokenizer.controlTokens());
    special.values().forEach(name -> addAdded(name, controlTokens));
    template.ifPresent(
        chat -> controlTokens.addAll(TurnTokens.of(chat, templateSettings, tokenizer)));
    toolUse.ifPresent(
        chat ->
            controlTokens.addAll(
                TurnTokens.of(chat, withTools(List.of(TemplateTrial.TOOL)), tokenizer)));
    folder.config().imageTokens().ifPresent(ids -> controlTokens.addAll(pictureTokens(ids)));
    bos = Optional.ofNullable(special.get("bos_token")).flatMap(tokenizer::find);
    addBos = addBos(folder);
  }

  /** A token that has a role such as {@code eos_token} is special, whatever tokenizer.json says. */
  private void addAdded(String name, Set<Integer> tokens) {
    tokenizer.addedTokens().stream()
        .filter(token -> token.content().equals(name))
        .forEach(token -> tokens.add(token.id()));
  }

  private ChatTemplate parse(TemplateFile file, Map<String, String> special) {
    return ChatTemplate.parse(file.text(), where(file), special, LocalDateTime::now);
  }

  private void tryOut(ChatTemplate template, TemplateFile file, Map<String, Object> settings) {
    TemplateTrial.of(template, settings, tokenizer, model().vocabSize(), where(file));
  }

  private String where(TemplateFile file) {
    return folder.path().resolve(file.file()).toString();
  }

  private Map<String, Object> withTools(List<? extends Map<String, ?>> tools) {
    Map<String, Object> extra = new LinkedHashMap<>(templateSettings);
    extra.put("tools", tools);
    return extra;
  }

  /**
   * Control tokens beyond the model's vocabulary are let pass: fine-tunes add one for padding,
   * which nothing here ever writes.
   */
  private static void refuseLarger(CheckpointFolder folder, Tokenizer tokenizer) {
    int size = folder.config().vocabSize();
    OptionalInt beyond =
        IntStream.range(size, Math.max(size, tokenizer.vocabularySize()))
            .filter(id -> tokenizer.has(id) && !tokenizer.controlTokens().contains(id))
            .max();
    if (beyond.isPresent()) {
      throw new InvalidCheckpointException(
          "%s: has tokens up to %d, but the model's vocab_size is %d; it belongs to another model"
              .formatted(folder.tokenizer(), beyond.getAsInt(), size));
    }
  }

  private static Optional<Boolean> addBos(CheckpointFolder folder) {
    Path file = folder.path().resolve("tokenizer_config.json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    JsonSection json = JsonSection.read(file);
    return json.has("add_bos_token")
        ? Optional.of(json.flag("add_bos_token", false))
        : Optional.empty();
  }

  private static List<Integer> pictureTokens(ImageTokens ids) {
    return List.of(ids.visionStart(), ids.visionEnd(), ids.image(), ids.video());
  }

  public CheckpointFolder folder() {
    return folder;
  }

  public ModelConfig model() {
    return folder.config();
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Whether prompts are chats; plain text otherwise. */
  public boolean chats() {
    return template.isPresent();
  }

  /** What the chat template looks up beside the messages. Nobody may write to it. */
  public Map<String, Object> templateSettings() {
    return templateSettings;
  }

  /** Whether a message's content must be a list of parts, text too. */
  public boolean partsOnly() {
    return template.map(ChatTemplate::partsOnly).orElse(false);
  }

  /**
   * A chat as text by the checkpoint's template, the answer's turn begun.
   *
   * @param messages as {@link ChatTemplate#render} takes them
   * @throws io.sapo.jinja.JinjaException when the template refuses them
   */
  public String chat(List<? extends Map<String, ?>> messages) {
    return chat(messages, List.of());
  }

  /**
   * As {@link #chat(List)}; by the checkpoint's template for tools where it has one of its own.
   *
   * @param tools that the model may call, each as a JSON object
   */
  public String chat(
      List<? extends Map<String, ?>> messages, List<? extends Map<String, ?>> tools) {
    return tools.isEmpty()
        ? template.orElseThrow().render(messages, templateSettings)
        : toolUse.or(() -> template).orElseThrow().render(messages, withTools(tools));
  }

  /**
   * How the model writes calls of tools; empty where it is shown none, or in no form known here.
   */
  public Optional<ToolCallForm> toolCalls() {
    return toolCalls;
  }

  /** How prompts are made and what ends a response, in one sentence for people. */
  public String description() {
    return form
        + "; "
        + (stopTokens.isEmpty()
            ? "no token ends a response"
            : "a response ends with "
                + String.join(
                    " or ", stopTokens.stream().limit(MOST_NAMED).map(this::nameOf).toList())
                + (stopTokens.size() > MOST_NAMED
                    ? " or one of %d others".formatted(stopTokens.size() - MOST_NAMED)
                    : ""));
  }

  private String nameOf(int token) {
    return unspeakableTokens().contains(token) ? "token " + token : tokenizer.name(token);
  }

  /** Tokens as people may read them: all spelled out, a picture's run of tokens as one. */
  public String shown(int[] tokens) {
    int image = model().imageTokens().map(ImageTokens::image).orElse(-1);
    StringBuilder text = new StringBuilder();
    int from = 0;
    while (from < tokens.length) {
      int to = from + 1;
      boolean picture = tokens[from] == image;
      while (to < tokens.length && (tokens[to] == image) == picture) {
        to++;
      }
      int[] part = Arrays.copyOfRange(tokens, from, picture ? from + 1 : to);
      text.append(tokenizer.decodeAll(part)).append(picture ? "(x" + (to - from) + ")" : "");
      from = to;
    }
    return text.toString();
  }

  /** Tokens that end a response, ascending. */
  public List<Integer> stopTokens() {
    return stopTokens;
  }

  /**
   * Tokens that are never drawn: those that stand for pictures, and ids of the model that have no
   * token. Ascending.
   */
  public List<Integer> unspeakableTokens() {
    Set<Integer> tokens = new TreeSet<>();
    model().imageTokens().ifPresent(ids -> tokens.addAll(pictureTokens(ids)));
    int size = model().vocabSize();
    Arrays.stream(tokenizer.unusedIds()).filter(id -> id < size).forEach(tokens::add);
    IntStream.range(tokenizer.vocabularySize(), size).forEach(tokens::add);
    return List.copyOf(tokens);
  }

  /**
   * The first control token that some text would turn into. Text from a task must have none: what
   * structures a prompt is for the template alone.
   */
  public Optional<String> controlTokenIn(String text) {
    return Arrays.stream(tokenizer.encode(text))
        .filter(controlTokens::contains)
        .mapToObj(tokenizer::name)
        .findFirst();
  }

  /** What goes before a prompt of plain text; empty for most tokenizers. */
  public int[] beginning() {
    int[] whole = tokenizer.encodeWhole("a");
    int[] bare = tokenizer.encode("a");
    boolean begins = whole.length > bare.length && controlTokens.contains(whole[0]);
    if (addBos.isPresent() && bos.isPresent()) {
      return addBos.get() ? new int[] {bos.get()} : new int[0];
    }
    return begins ? new int[] {whole[0]} : new int[0];
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
