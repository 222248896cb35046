package io.sapo.admin.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Blanks values whose key names a secret, whoever put them into a record. */
final class Secrets {
  static final String HIDDEN = "(hidden)";

  private static final Pattern SECRET =
      Pattern.compile(
          "(?i).*(secret|password|passwd|credential|jaas|api[-_.]?key|private[-_.]?key"
              + "|(auth|bearer|access|admin)[-_.]?token|^token$).*");

  private Secrets() {}

  static boolean isSecret(String key) {
    return SECRET.matcher(key).matches();
  }

  static SortedMap<String, String> hide(Map<String, String> values) {
    SortedMap<String, String> shown = new TreeMap<>();
    values.forEach((key, value) -> shown.put(key, isSecret(key) ? HIDDEN : value));
    return shown;
  }

  static JsonObject hide(JsonObject object) {
    JsonObject shown = new JsonObject();
    object.forEach(
        field -> {
          Object value = field.getValue();
          boolean secret = isSecret(field.getKey()) && value instanceof String;
          shown.put(field.getKey(), secret ? HIDDEN : hideValue(value));
        });
    return shown;
  }

  private static Object hideValue(Object value) {
    if (value instanceof JsonObject object) {
      return hide(object);
    }
    if (value instanceof JsonArray array) {
      JsonArray shown = new JsonArray();
      array.forEach(item -> shown.add(hideValue(item)));
      return shown;
    }
    return value;
  }
}
