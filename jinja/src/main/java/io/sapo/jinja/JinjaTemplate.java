package io.sapo.jinja;

import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** A parsed template; immutable, safe for use from several threads. */
public final class JinjaTemplate {
  /** Longest template text in chars; the longest known one has a tenth of it. */
  public static final int MAX_LENGTH = 1 << 20;

  private final Statement body;

  private JinjaTemplate(Statement body) {
    this.body = body;
  }

  /**
   * @throws JinjaException saying what is wrong and in which line
   */
  public static JinjaTemplate parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new JinjaException(
          JinjaException.Kind.LIMIT,
          "the template has %d characters, at most %d are taken"
              .formatted(text.length(), MAX_LENGTH));
    }
    return flat(() -> new JinjaTemplate(new TemplateParser(Lexer.tokens(text)).template()));
  }

  /**
   * The template's text for some values.
   *
   * @param names what the template may look up: text, booleans, numbers, null for None, lists and
   *     maps of these; copied first
   * @param now behind {@code strftime_now}
   * @throws JinjaException when the template raises, fails or takes too much
   */
  public String render(Map<String, ?> names, Supplier<LocalDateTime> now) {
    return flat(
        () -> {
          Map<String, Object> all = new LinkedHashMap<>(Globals.create(now));
          Budget budget = new Budget();
          names.forEach((name, value) -> all.put(name, Values.imported(value, budget)));
          StringBuilder out = new StringBuilder();
          body.run(Scope.root(all, budget), out);
          return out.toString();
        });
  }

  /**
   * Nesting is counted where it is expected. What else goes deep, as lists within lists and Java's
   * own regular expressions do, ends here: nothing outlives an attempt.
   */
  private static <T> T flat(Supplier<T> attempt) {
    try {
      return attempt.get();
    } catch (StackOverflowError e) {
      throw new JinjaException(
          JinjaException.Kind.LIMIT, "the template nests deeper than can be followed");
    }
  }
}
