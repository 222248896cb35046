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
    return new JinjaTemplate(new TemplateParser(Lexer.tokens(text)).template());
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
    Map<String, Object> all = new LinkedHashMap<>(Globals.create(now));
    Budget budget = new Budget();
    names.forEach((name, value) -> all.put(name, Values.imported(value, budget)));
    StringBuilder out = new StringBuilder();
    body.run(Scope.root(all, budget), out);
    return out.toString();
  }
}
