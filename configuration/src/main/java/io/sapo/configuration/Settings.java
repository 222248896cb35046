package io.sapo.configuration;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Checked values by key, each with its origin. Asking for a key that does not exist, or as another
 * type than its rule gives, is a programming error.
 */
public final class Settings {

  /** A value as written and where. */
  public record Value(String text, Origin origin, boolean secret, Object parsed) {
    /** The text, unless it is nobody's business. */
    public String shown() {
      return secret && !text.isEmpty() ? "(hidden)" : text;
    }
  }

  private final SortedMap<String, Value> values;
  private final Set<String> read = Collections.synchronizedSet(new TreeSet<>());

  Settings(SortedMap<String, Value> values) {
    this.values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  public SortedMap<String, Value> values() {
    return values;
  }

  public Origin origin(String key) {
    return value(key).origin();
  }

  public int integer(String key) {
    return Math.toIntExact(wide(key));
  }

  /** Empty when left to whatever the key's documentation says. */
  public Optional<Integer> optionalInteger(String key) {
    return Optional.ofNullable((Long) value(key).parsed()).map(Math::toIntExact);
  }

  public long wide(String key) {
    return (Long) value(key).parsed();
  }

  public double number(String key) {
    return (Double) value(key).parsed();
  }

  /** Empty when left to whatever the key's documentation says. */
  public Optional<Double> optionalNumber(String key) {
    return Optional.ofNullable((Double) value(key).parsed());
  }

  public boolean flag(String key) {
    return (Boolean) value(key).parsed();
  }

  public String text(String key) {
    return (String) value(key).parsed();
  }

  public Optional<String> optionalText(String key) {
    return Optional.ofNullable((String) value(key).parsed());
  }

  public Optional<Path> optionalPath(String key) {
    return Optional.ofNullable((Path) value(key).parsed());
  }

  public Duration duration(String key) {
    return (Duration) value(key).parsed();
  }

  public Optional<Duration> optionalDuration(String key) {
    return Optional.ofNullable((Duration) value(key).parsed());
  }

  /** A choice among the names of an enum's constants. */
  public <E extends Enum<E>> E constant(String key, Class<E> type) {
    return Enum.valueOf(type, constantName(text(key)));
  }

  public <E extends Enum<E>> Optional<E> optionalConstant(String key, Class<E> type) {
    return optionalText(key).map(name -> Enum.valueOf(type, constantName(name)));
  }

  private static String constantName(String name) {
    return name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** Whatever lies under a free section, by the rest of the path. */
  public SortedMap<String, String> free(String section) {
    SortedMap<String, String> found = new TreeMap<>();
    String prefix = section + ".";
    values
        .tailMap(prefix)
        .forEach(
            (key, value) -> {
              if (key.startsWith(prefix)) {
                read.add(key);
                found.put(key.substring(prefix.length()), value.text());
              }
            });
    return found;
  }

  /**
   * The same with other values of some keys.
   *
   * @param texts by key, as they would be written; empty where the key may be
   * @throws IllegalArgumentException for a text that the key's rule does not allow
   */
  public Settings with(SortedMap<String, String> texts, Origin origin) {
    SortedMap<String, Value> changed = new TreeMap<>(values);
    texts.forEach(
        (key, text) -> {
          Rule rule = ConfigKeys.rule(key).orElseThrow();
          boolean empty = rule.optional() && text.isEmpty();
          Object parsed = empty ? null : rule.parse().apply(text);
          changed.put(key, new Value(text, origin, ConfigKeys.secret(key), parsed));
        });
    return new Settings(changed);
  }

  /** Hex SHA-256 over all keys and values; equal exactly when two configurations are equal. */
  public String digest() {
    StringBuilder canonical = new StringBuilder();
    for (Map.Entry<String, Value> entry : values.entrySet()) {
      canonical.append(entry.getKey()).append('=').append(entry.getValue().text()).append('\n');
    }
    return DigestUtils.sha256Hex(canonical.toString());
  }

  /** Keys that somebody has asked for; tests hold it against the catalogue. */
  Set<String> read() {
    return read;
  }

  private Value value(String key) {
    Value value = values.get(key);
    if (value == null) {
      throw new IllegalStateException("no configuration key " + key);
    }
    read.add(key);
    return value;
  }
}
