package io.sapo.standalone.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every key and what its value may be. What a key means stands in {@code sapo-defaults.yaml}. */
final class ConfigKeys {
  /** Free section: its keys are Kafka client properties, passed on as they are. */
  static final String CLIENT_SECTION = "kafka.client";

  private static final List<String> SECRET_WORDS =
      List.of("password", "secret", "token", "jaas", "keystore.key", "credential");

  private ConfigKeys() {}

  static Map<String, Rule> rules() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    system(rules);
    return Collections.unmodifiableMap(rules);
  }

  private static void system(Map<String, Rule> rules) {
    rules.put("run.data", Rule.path().orEmpty());
    rules.put("run.seed", Rule.integer(0, Long.MAX_VALUE));
    rules.put("run.updates", Rule.integer(0, 1_000_000_000));
    rules.put("broker.port", Rule.integer(0, 65_535));
    rules.put(
        "kafka.bootstrap-servers",
        Rule.matching("[^\\s,:]+:\\d{1,5}(,[^\\s,:]+:\\d{1,5})*", "HOST:PORT, several with commas")
            .orEmpty());
    rules.put(
        "kafka.topic-prefix",
        Rule.matching("[A-Za-z0-9._-]{1,100}", "1 to 100 letters, digits, '.', '_' and '-'"));
    rules.put("kafka.replication", Rule.integer(-1, 32));
    rules.put("model.checkpoint", Rule.path().orEmpty());
    rules.put("tasks.train", Rule.text());
    rules.put("tasks.held-out", Rule.text().orEmpty());
  }

  static boolean secret(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return SECRET_WORDS.stream().anyMatch(lower::contains);
  }
}
