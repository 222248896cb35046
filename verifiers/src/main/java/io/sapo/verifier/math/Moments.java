package io.sapo.verifier.math;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times of day that say which half of the day is meant, and dates that name their month. */
final class Moments {
  private static final Pattern MARKUP =
      Pattern.compile(
          "\\\\(?:text|textbf|mathrm|mbox)\\s*+(?=\\{)|[{}$~]|\\\\[ ,;:!]|\\\\q?quad\\b");
  private static final Pattern TIME =
      Pattern.compile(
          "([0-9]{1,2})(?::([0-9]{2}))?+\\s*+(?:(a\\.?\\s?m|p\\.?\\s?m)\\.?|(noon|midnight)|(o['\u2019]clock))?+");

  /** What makes a moment of a text that has another form: at 3 pm, 3 in the afternoon. */
  private static final Pattern HALF =
      Pattern.compile(
          "[ap]\\.?\\s?m\\b|noon|midnight|clock|morning|evening|night|[0-9]\\s?:\\s?[0-9]|hours");

  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final List<String> FULL =
      List.of(
          "january",
          "february",
          "march",
          "april",
          "may",
          "june",
          "july",
          "august",
          "september",
          "october",
          "november",
          "december");
  private static final Pattern DAY = Pattern.compile("([0-9]{1,2})(?:st|nd|rd|th)?");
  private static final Pattern YEAR = Pattern.compile("[0-9]{4}");
  private static final Pattern ISO = Pattern.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})");
  private static final int MAX_CHARS = 80;
  private static final int NOON = 12 * 60;

  private Moments() {}

  /** Whether both are the same moment; empty where they are not both moments of a kind. */
  static Optional<Boolean> same(String answer, String reference) {
    if (answer.length() > MAX_CHARS || reference.length() > MAX_CHARS) {
      return Optional.empty();
    }
    String given = named(words(answer));
    String expected = named(words(reference));
    Optional<Time> time = Time.of(given);
    Optional<Time> expectedTime = Time.of(expected);
    if (time.isPresent() && expectedTime.isPresent()) {
      return time.get().same(expectedTime.get());
    }
    if (Time.isNone(given) || Time.isNone(expected)) {
      return Optional.of(given.equals(expected));
    }
    Optional<Date> date = Date.of(given);
    Optional<Date> expectedDate = Date.of(expected);
    if (date.isPresent() && expectedDate.isPresent()) {
      return Optional.of(date.get().equals(expectedDate.get()));
    }
    if (time.filter(Time::half).isPresent() && saysNoHalf(expected)
        || expectedTime.filter(Time::half).isPresent() && saysNoHalf(given)) {
      return Optional.of(false);
    }
    boolean calendar =
        ISO.matcher(given).matches() && date.isPresent()
            || ISO.matcher(expected).matches() && expectedDate.isPresent();
    return calendar ? Optional.of(false) : Optional.empty();
  }

  /** Whether it is a number or expression that is no time of day: +3, 6/2. */
  private static boolean saysNoHalf(String words) {
    return !HALF.matcher(words).find();
  }

  /** Noon and midnight need no number; half past six is 6:30. */
  private static String named(String spoken) {
    String words = SpokenTime.inDigits(spoken);
    return words.equals("noon") || words.equals("midnight") ? "12 " + words : words;
  }

  private static String words(String text) {
    return MARKUP
        .matcher(text)
        .replaceAll(" ")
        .replaceAll("\\s*+:\\s*+", ":")
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /**
   * @param half whether it says which half of the day is meant
   * @param padded whether it has minutes as no ratio has them: 9:05
   */
  private record Time(
      int hour, int minute, boolean half, boolean later, boolean colon, boolean padded) {
    static Optional<Time> of(String text) {
      Matcher time = TIME.matcher(text);
      if (!time.matches()) {
        return Optional.empty();
      }
      int hour = Integer.parseInt(time.group(1));
      int minute = time.group(2) == null ? 0 : Integer.parseInt(time.group(2));
      boolean named = time.group(4) != null;
      boolean half = time.group(3) != null || named;
      boolean valid =
          minute < 60
              && (half ? hour >= 1 && hour <= 12 : hour < 24)
              && (!named || hour == 12 && minute == 0);
      boolean later = named ? time.group(4).equals("noon") : half && time.group(3).startsWith("p");
      boolean clock = time.group(5) != null;
      boolean colon = time.group(2) != null || clock;
      boolean padded = clock || colon && time.group(2).startsWith("0");
      return valid
          ? Optional.of(new Time(hour, minute, half, later, colon, padded))
          : Optional.empty();
    }

    /** Whether it has the form of a time of half a day, which it does not have: 13:00 PM. */
    static boolean isNone(String text) {
      Matcher time = TIME.matcher(text);
      return time.matches()
          && (time.group(3) != null || time.group(4) != null)
          && of(text).isEmpty();
    }

    private int minutes() {
      int since = (half ? hour % 12 : hour) * 60 + minute;
      return half && later ? since + NOON : since;
    }

    /** Empty where neither says which half: they may be ratios. */
    Optional<Boolean> same(Time other) {
      if (half && other.half) {
        return Optional.of(minutes() == other.minutes());
      }
      if (!half && !other.half && colon && other.colon && (padded || other.padded)) {
        return Optional.of(hour == other.hour && minute == other.minute);
      }
      if (!half && !other.half) {
        return Optional.empty();
      }
      if (!(half ? other : this).colon) {
        return Optional.of(false);
      }
      Time bare = half ? other : this;
      boolean either = bare.hour >= 1 && bare.hour <= 12;
      int apart = Math.abs(minutes() - other.minutes());
      return Optional.of(apart == 0 || either && apart % NOON == 0);
    }
  }

  /**
   * @param year 0 for none
   */
  private record Date(int year, int month, int day) {
    static Optional<Date> of(String text) {
      Matcher iso = ISO.matcher(text);
      if (iso.matches()) {
        int month = Integer.parseInt(iso.group(2));
        int day = Integer.parseInt(iso.group(3));
        return valid(Integer.parseInt(iso.group(1)), month, day);
      }
      int year = 0;
      int month = 0;
      int day = 0;
      for (String word : text.split("[\\s,]+")) {
        Matcher number = DAY.matcher(word);
        String plain = word.endsWith(".") ? word.substring(0, word.length() - 1) : word;
        if (month(plain) > 0 && month == 0) {
          month = month(plain);
        } else if (number.matches() && day == 0) {
          day = Integer.parseInt(number.group(1));
        } else if (YEAR.matcher(plain).matches() && year == 0) {
          year = Integer.parseInt(plain);
        } else if (!List.of("of", "the").contains(word)) {
          return Optional.empty();
        }
      }
      return valid(year, month, day);
    }

    private static Optional<Date> valid(int year, int month, int day) {
      return month >= 1 && month <= 12 && day >= 1 && day <= 31
          ? Optional.of(new Date(year, month, day))
          : Optional.empty();
    }

    private static int month(String word) {
      int full = FULL.indexOf(word);
      return 1 + (full >= 0 ? full : MONTHS.indexOf(word.equals("sept") ? "sep" : word));
    }
  }
}
