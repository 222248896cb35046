package io.sapo.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The configuration in force, for people and for programs; secrets are never in it. */
public final class ConfigReport {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final int ORIGIN_COLUMN = 44;

  private ConfigReport() {}

  public static String defaults() {
    return ConfigLoader.defaultsYaml();
  }

  /** YAML that gives the same configuration when read again, but for secrets. */
  public static String yaml(Settings settings) {
    StringBuilder text = new StringBuilder("# digest " + settings.digest() + "\n");
    List<String> open = List.of();
    for (Map.Entry<String, Settings.Value> entry : settings.values().entrySet()) {
      List<String> path = path(entry.getKey());
      List<String> sections = path.subList(0, path.size() - 1);
      for (int depth = common(open, sections); depth < sections.size(); depth++) {
        text.append("  ".repeat(depth)).append(sections.get(depth)).append(":\n");
      }
      open = sections;
      String line =
          "  ".repeat(sections.size())
              + path.get(path.size() - 1)
              + ": "
              + YamlText.scalar(entry.getValue().shown());
      text.append(line);
      if (entry.getValue().origin().layer() != Origin.Layer.DEFAULT) {
        text.append(" ".repeat(Math.max(1, ORIGIN_COLUMN - line.length())))
            .append("# ")
            .append(entry.getValue().origin().label());
      }
      text.append('\n');
    }
    return text.toString();
  }

  public static String json(Settings settings) {
    ObjectNode root = JSON.createObjectNode();
    root.put("digest", settings.digest());
    ObjectNode values = root.putObject("values");
    settings
        .values()
        .forEach(
            (key, value) ->
                values
                    .putObject(key)
                    .put("value", value.shown())
                    .put("origin", value.origin().label()));
    try {
      return JSON.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain text always becomes JSON", e);
    }
  }

  /**
   * What differs from the defaults, as YAML, without secrets: what a run keeps of its settings. Its
   * folder is not among it, for it may be moved.
   */
  public static String changed(Settings settings) {
    StringBuilder text = new StringBuilder();
    settings
        .values()
        .forEach(
            (key, value) -> {
              boolean kept = !value.secret() && !key.equals("run.data");
              if (kept && value.origin().layer() != Origin.Layer.DEFAULT) {
                text.append('"').append(key).append("\": ").append(YamlText.scalar(value.text()));
                text.append('\n');
              }
            });
    return text.toString();
  }

  private static List<String> path(String key) {
    String client = ConfigKeys.CLIENT_SECTION + ".";
    if (!key.startsWith(client)) {
      return List.of(key.split("\\."));
    }
    List<String> path = new ArrayList<>(List.of(ConfigKeys.CLIENT_SECTION.split("\\.")));
    path.add(key.substring(client.length()));
    return path;
  }

  private static int common(List<String> a, List<String> b) {
    int n = 0;
    while (n < a.size() && n < b.size() && a.get(n).equals(b.get(n))) {
      n++;
    }
    return n;
  }
}
