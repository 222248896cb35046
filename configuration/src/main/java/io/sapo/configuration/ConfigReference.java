package io.sapo.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every key as a page of Markdown: its default, what it may be, and what the defaults say of it.
 */
public final class ConfigReference {
  private static final Pattern LINE = Pattern.compile("( *)([a-z0-9-]+):(?: .*)?");
  private static final int INDENT = 2;

  private static final String HEAD =
      """
      # Configuration

      Made by `./sapo config reference` from the defaults and the rules that values are held against; a
      test says when it is out of date. `./sapo config print` shows what is in force and where it comes
      from. Later ones win: a run's own settings when it is continued, a file (`--config`), environment
      variables (`learner.batch-size` is `SAPO_LEARNER_BATCH_SIZE`), flags (`--set learner.batch-size=128`).

      "fits": chosen for the model where `model.checkpoint` names one and nobody sets the key. A row
      without a meaning belongs to the one above it.
      """;

  /** A row, or the comment of a section. */
  private record Entry(String key, String comment) {}

  private ConfigReference() {}

  public static String markdown() {
    Map<String, String> defaults = ConfigLoader.defaults();
    StringBuilder page = new StringBuilder(HEAD);
    String section = "";
    for (Entry entry : entries()) {
      String top = entry.key().split("\\.")[0];
      if (!top.equals(section)) {
        section = top;
        page.append("\n## ").append(section).append("\n\n");
        page.append("| key | default | may be | meaning |\n| --- | --- | --- | --- |\n");
      }
      ConfigKeys.rule(entry.key())
          .ifPresentOrElse(
              rule -> row(page, entry, defaults.get(entry.key()), rule.allowed()),
              () -> row(page, entry, null, ""));
      if (entry.key().equals(JudgeKeys.SECTION)) {
        JudgeKeys.fields()
            .forEach(
                (field, rule) ->
                    row(page, new Entry(JudgeKeys.key("NAME", field), ""), null, rule.allowed()));
      }
    }
    return page.toString();
  }

  private static void row(StringBuilder page, Entry entry, String text, String allowed) {
    String shown = text == null || text.isEmpty() ? "" : "`" + text + "`";
    page.append(
        "| `%s` | %s | %s | %s |\n".formatted(entry.key(), shown, cell(allowed), entry.comment()));
  }

  /** Keys and commented sections in the order of the defaults. */
  private static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    List<String> comment = new ArrayList<>();
    Map<Integer, String> path = new TreeMap<>();
    for (String line : ConfigLoader.defaultsYaml().lines().toList()) {
      String text = line.strip();
      Matcher key = LINE.matcher(line);
      if (text.isEmpty()) {
        comment.clear();
      } else if (text.startsWith("#")) {
        comment.add(text.substring(1).strip());
      } else if (key.matches()) {
        int depth = key.group(1).length() / INDENT;
        path.keySet().removeIf(at -> at >= depth);
        path.put(depth, key.group(2));
        String full = String.join(".", path.values());
        if (ConfigKeys.rule(full).isPresent() || !comment.isEmpty()) {
          entries.add(new Entry(full, cell(String.join(" ", comment))));
        }
        comment.clear();
      }
    }
    return entries;
  }

  /** As Markdown takes it between bars. */
  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }
}
