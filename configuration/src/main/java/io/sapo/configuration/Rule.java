package io.sapo.configuration;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the text of a value may be.
 *
 * @param allowed ends the sentence "must be …"
 * @param parse text to value; throws {@link IllegalArgumentException} on any other text
 * @param optional whether the value may be left empty
 */
record Rule(String allowed, Function<String, Object> parse, boolean optional) {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  static Rule integer(long low, long high) {
    return new Rule(
        "a whole number from " + low + " to " + high,
        text -> {
          long value = Long.parseLong(text.replace("_", ""));
          require(value >= low && value <= high);
          return value;
        },
        false);
  }

  static Rule number(double low, double high) {
    return new Rule(
        "a number from " + low + " to " + high,
        text -> {
          double value = Double.parseDouble(text);
          require(value >= low && value <= high);
          return value;
        },
        false);
  }

  /** A number above zero. */
  static Rule positive() {
    return new Rule(
        "a number above 0",
        text -> {
          double value = Double.parseDouble(text);
          require(value > 0 && Double.isFinite(value));
          return value;
        },
        false);
  }

  static Rule flag() {
    return new Rule(
        "true or false",
        text -> {
          require(text.equals("true") || text.equals("false"));
          return text.equals("true");
        },
        false);
  }

  static Rule choice(List<String> names) {
    return new Rule(
        "one of " + String.join(", ", names),
        text -> {
          require(names.contains(text));
          return text;
        },
        false);
  }

  static Rule text() {
    return new Rule(
        "text",
        text -> {
          require(!text.isBlank());
          return text;
        },
        false);
  }

  static Rule matching(String pattern, String allowed) {
    return new Rule(
        allowed,
        text -> {
          require(text.matches(pattern));
          return text;
        },
        false);
  }

  static Rule path() {
    return new Rule(
        "a path",
        text -> {
          require(!text.isBlank());
          try {
            return Path.of(text);
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException(e);
          }
        },
        false);
  }

  static Rule duration(Duration low, Duration high) {
    return new Rule(
        "a duration from "
            + text(low)
            + " to "
            + text(high)
            + " in ms, s, m, h or d, such as 500ms",
        text -> {
          Duration value = parseDuration(text);
          require(value.compareTo(low) >= 0 && value.compareTo(high) <= 0);
          return value;
        },
        false);
  }

  /** The same, or nothing. */
  Rule orEmpty() {
    return new Rule(allowed + ", or empty", parse, true);
  }

  private static Duration parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    require(matcher.matches());
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 86_400_000 == 0 && millis > 0) {
      return millis / 86_400_000 + "d";
    }
    if (millis % 3_600_000 == 0 && millis > 0) {
      return millis / 3_600_000 + "h";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException();
    }
  }
}
