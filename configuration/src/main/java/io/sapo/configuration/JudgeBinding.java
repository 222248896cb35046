package io.sapo.configuration;

import io.sapo.reading.FileTooLongException;
import io.sapo.reading.WholeFile;
import io.sapo.segmenter.judge.JudgeSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The judges outside the stream that settings name. */
final class JudgeBinding {
  private static final int MAX_RUBRIC_CHARS = 1 << 16;
  private static final long RUBRIC_TOKENS = 1_024;
  private static final double RIGHT_FROM = 0.5;

  private final Settings settings;
  private final String name;

  private JudgeBinding(Settings settings, String name) {
    this.settings = settings;
    this.name = name;
  }

  /**
   * Ascending by name.
   *
   * @throws IllegalArgumentException when what is said of one does not go together
   */
  static List<JudgeSettings> judges(Settings settings) {
    TreeSet<String> names = new TreeSet<>();
    settings.values().keySet().forEach(key -> JudgeKeys.judge(key).ifPresent(names::add));
    List<JudgeSettings> judges = new ArrayList<>();
    names.forEach(name -> judges.add(new JudgeBinding(settings, name).judge()));
    return judges;
  }

  private JudgeSettings judge() {
    JudgeSettings.Effort usual = JudgeSettings.Effort.DEFAULT;
    return new JudgeSettings(
        name,
        url(),
        token(),
        new JudgeSettings.Effort(
            integer("batch", usual.batch()),
            integer("in-flight", usual.inFlight()),
            duration("deadline", usual.deadline()),
            duration("back-off", usual.backOff()),
            duration("longest-back-off", usual.longestBackOff()),
            integer("attempts", usual.attempts()),
            duration("give-up-after", usual.giveUpAfter())),
        rubric());
  }

  private URI url() {
    String text =
        this.<String>value("url").orElseThrow(() -> wrong("url", "is missing: where it listens"));
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw wrong("url", "is '" + text + "', no address");
    }
  }

  private JudgeSettings.Token token() {
    Optional<String> text = value("token");
    Optional<Path> file = value("token-file");
    if (text.isPresent() && file.isPresent()) {
      throw wrong("token", "and token-file: give one of the two");
    }
    return new JudgeSettings.Token(text, file);
  }

  /** Whoever names a model judges by a rubric, and the reverse. */
  private Optional<JudgeSettings.Rubric> rubric() {
    Optional<String> model = value("model");
    Optional<String> text = value("rubric");
    Optional<Path> file = value("rubric-file");
    if (text.isPresent() && file.isPresent()) {
      throw wrong("rubric", "and rubric-file: give one of the two");
    }
    Optional<String> rubric = file.isPresent() ? Optional.of(read(file.get())) : text;
    if (model.isPresent() != rubric.isPresent()) {
      throw wrong("model", "and rubric (or rubric-file) go together: a model judges by a rubric");
    }
    return model.map(
        named ->
            new JudgeSettings.Rubric(
                named,
                rubric.get().strip(),
                Math.toIntExact(this.<Long>value("max-tokens").orElse(RUBRIC_TOKENS)),
                this.<Double>value("right-from").orElse(RIGHT_FROM)));
  }

  private String read(Path file) {
    try {
      return WholeFile.text(file, MAX_RUBRIC_CHARS);
    } catch (FileTooLongException e) {
      throw wrong("rubric-file", "is longer than " + MAX_RUBRIC_CHARS + " bytes: " + file);
    } catch (IOException e) {
      throw wrong("rubric-file", "cannot be read: " + file);
    }
  }

  private int integer(String field, int otherwise) {
    return Math.toIntExact(this.<Long>value(field).orElse((long) otherwise));
  }

  private Duration duration(String field, Duration otherwise) {
    return this.<Duration>value(field).orElse(otherwise);
  }

  /** As its rule gives it; empty where it is not set. */
  @SuppressWarnings("unchecked")
  private <T> Optional<T> value(String field) {
    Settings.Value value = settings.values().get(JudgeKeys.key(name, field));
    return value == null ? Optional.empty() : Optional.ofNullable((T) value.parsed());
  }

  private IllegalArgumentException wrong(String field, String what) {
    return new IllegalArgumentException(JudgeKeys.key(name, field) + " " + what);
  }
}
