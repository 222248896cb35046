package io.sapo.configuration;

import io.sapo.reading.FileTooLongException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Lays sources over each other, the later call winning: a run's own settings, a file, the
 * environment, flags. Collects findings and throws them together in {@link #load()}.
 */
public final class ConfigLoader {
  /** Environment variables that belong to the launcher script. */
  private static final List<String> LAUNCHER_VARIABLES = List.of("SAPO_JAVA_OPTS");

  private static final String ENVIRONMENT_PREFIX = "SAPO_";

  private record Raw(String text, Origin origin) {}

  private final Map<String, Rule> rules = ConfigKeys.rules();
  private final SortedMap<String, Raw> raw = new TreeMap<>();
  private final List<String> findings = new ArrayList<>();

  public ConfigLoader() {
    defaults().forEach((key, text) -> put(key, text, Origin.DEFAULTS));
  }

  /** The documented defaults, as they are shipped. */
  static String defaultsYaml() {
    try (InputStream in = ConfigLoader.class.getResourceAsStream("/sapo-defaults.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read resource sapo-defaults.yaml", e);
    }
  }

  static Map<String, String> defaults() {
    return YamlText.flatten(defaultsYaml());
  }

  /** What an earlier start of the same run was told; nothing when the file does not exist. */
  public ConfigLoader run(Path file) {
    if (Files.exists(file)) {
      yaml(file, new Origin(Origin.Layer.RUN, "run " + file));
    }
    return this;
  }

  /** Whether a key's value is not to stand where others can read it: arguments, reports, logs. */
  public static boolean secret(String key) {
    return ConfigKeys.secret(key);
  }

  public ConfigLoader file(Path file) {
    yaml(file, new Origin(Origin.Layer.FILE, "file " + file));
    return this;
  }

  /** {@code SAPO_LEARNER_BATCH_SIZE} is {@code learner.batch-size}. */
  public ConfigLoader environment(Map<String, String> environment) {
    Map<String, String> names = new LinkedHashMap<>();
    for (String key : rules.keySet()) {
      names.put(variable(key), key);
    }
    for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
      String name = entry.getKey();
      if (!name.startsWith(ENVIRONMENT_PREFIX)
          || LAUNCHER_VARIABLES.contains(name)
          || ServiceLinks.contains(entry)) {
        continue;
      }
      Origin origin = new Origin(Origin.Layer.ENVIRONMENT, "environment variable " + name);
      String free = variable(ConfigKeys.CLIENT_SECTION) + "_";
      if (names.containsKey(name)) {
        put(names.get(name), entry.getValue(), origin);
      } else if (name.startsWith(free)) {
        String property = name.substring(free.length()).toLowerCase(Locale.ROOT).replace('_', '.');
        put(ConfigKeys.CLIENT_SECTION + "." + property, entry.getValue(), origin);
      } else {
        findings.add(
            "environment variable "
                + name
                + " stands for no key"
                + Suggestions.nearest(name, names.keySet())
                    .map(near -> "; did you mean " + near + "?")
                    .orElse(""));
      }
    }
    return this;
  }

  /**
   * @param assignment {@code key=value}
   */
  public ConfigLoader set(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals <= 0) {
      findings.add("--set " + assignment + ": must be KEY=VALUE");
    } else {
      flag("--set", assignment.substring(0, equals).strip(), assignment.substring(equals + 1));
    }
    return this;
  }

  public ConfigLoader flag(String name, String key, String text) {
    put(key, text.strip(), new Origin(Origin.Layer.FLAG, name));
    return this;
  }

  /**
   * @throws ConfigException with every finding of every source
   */
  public Settings load() {
    SortedMap<String, Settings.Value> values = new TreeMap<>();
    raw.forEach((key, value) -> check(key, value, values));
    if (!findings.isEmpty()) {
      throw new ConfigException(findings);
    }
    return new Settings(values);
  }

  private void yaml(Path file, Origin origin) {
    try {
      YamlText.flatten(YamlText.of(file)).forEach((key, text) -> put(key, text, origin));
    } catch (NoSuchFileException e) {
      findings.add(file + ": no such file");
    } catch (FileTooLongException e) {
      findings.add(e.getMessage());
    } catch (IOException e) {
      findings.add(file + ": cannot be read: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      findings.add(file + ": " + e.getMessage());
    }
  }

  private void put(String key, String text, Origin origin) {
    if (ConfigKeys.rule(key).isPresent() || key.startsWith(ConfigKeys.CLIENT_SECTION + ".")) {
      raw.put(key, new Raw(text, origin));
      return;
    }
    findings.add(
        YamlText.shortened(key)
            + " ("
            + origin.label()
            + "): unknown key"
            + suggested(key)
                .map(near -> "; did you mean " + near + "?")
                .orElse("; sapo config print lists all"));
  }

  /** Of the findings that are shown: looking at all keys for each of very many takes minutes. */
  private Optional<String> suggested(String key) {
    return findings.size() < ConfigException.MOST_SHOWN
        ? Suggestions.nearest(key, known(key))
        : Optional.empty();
  }

  private List<String> known(String key) {
    List<String> known = new ArrayList<>(JudgeKeys.near(key));
    known.addAll(rules.keySet());
    return known;
  }

  private void check(String key, Raw value, SortedMap<String, Settings.Value> values) {
    Rule rule = ConfigKeys.rule(key).orElseGet(Rule::text);
    boolean secret = ConfigKeys.secret(key);
    Object parsed = null;
    if (!(rule.optional() && value.text().isEmpty())) {
      try {
        parsed = rule.parse().apply(value.text());
      } catch (IllegalArgumentException e) {
        findings.add(
            key
                + " = "
                + (secret ? "(hidden)" : "'" + YamlText.shortened(value.text()) + "'")
                + " ("
                + value.origin().label()
                + "): must be "
                + rule.allowed());
        return;
      }
    }
    values.put(key, new Settings.Value(value.text(), value.origin(), secret, parsed));
  }

  private static String variable(String key) {
    return ENVIRONMENT_PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
