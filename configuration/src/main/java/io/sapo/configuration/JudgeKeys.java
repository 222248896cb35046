package io.sapo.configuration;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys of judges, {@code judges.NAME.FIELD}: as many names as one likes, so that none has a default
 * in {@code sapo-defaults.yaml}. What a field means, and what holds where it is not set, stands
 * there in a comment.
 */
final class JudgeKeys {
  static final String SECTION = "judges";

  private static final int MANY = 1_000_000;
  private static final Pattern KEY =
      Pattern.compile(SECTION + "\\.([a-z0-9][a-z0-9_-]{0,39})\\.([a-z-]+)");
  private static final Map<String, Rule> FIELDS = catalogue();

  private JudgeKeys() {}

  private static Map<String, Rule> catalogue() {
    Map<String, Rule> fields = new LinkedHashMap<>();
    fields.put("url", Rule.text());
    fields.put("token", Rule.text().orEmpty());
    fields.put("token-file", Rule.path().orEmpty());
    fields.put("batch", Rule.integer(1, 10_000));
    fields.put("in-flight", Rule.integer(1, 1_000));
    fields.put("deadline", Rule.duration(Duration.ofMillis(10), Duration.ofHours(1)));
    fields.put("back-off", Rule.duration(Duration.ofMillis(1), Duration.ofHours(1)));
    fields.put("longest-back-off", Rule.duration(Duration.ofMillis(1), Duration.ofHours(1)));
    fields.put("attempts", Rule.integer(1, 1_000));
    fields.put("give-up-after", Rule.duration(Duration.ofSeconds(1), Duration.ofDays(30)));
    fields.put("model", Rule.text().orEmpty());
    fields.put("rubric", Rule.text().orEmpty());
    fields.put("rubric-file", Rule.path().orEmpty());
    fields.put("max-tokens", Rule.integer(1, MANY));
    fields.put("right-from", Rule.number(0, 1));
    return Collections.unmodifiableMap(fields);
  }

  /** What may follow {@code judges.NAME.}. */
  static Map<String, Rule> fields() {
    return FIELDS;
  }

  /** Empty where the key is none of a judge's. */
  static Optional<Rule> rule(String key) {
    Matcher matcher = KEY.matcher(key);
    return matcher.matches() ? Optional.ofNullable(FIELDS.get(matcher.group(2))) : Optional.empty();
  }

  /** The name of the judge that a key is about. */
  static Optional<String> judge(String key) {
    Matcher matcher = KEY.matcher(key);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Every key of the judge that a mistyped one is about. */
  static List<String> near(String key) {
    List<String> all = new ArrayList<>();
    judge(key).ifPresent(name -> FIELDS.keySet().forEach(field -> all.add(key(name, field))));
    return all;
  }

  static String key(String judge, String field) {
    return SECTION + "." + judge + "." + field;
  }
}
