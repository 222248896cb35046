package io.sapo.verifier.math;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times of day in words: half past six, a quarter to 4, ten o'clock. */
final class SpokenTime {
  private static final String HALF_OF_DAY = "(\\s++(?:[ap]\\.?\\s?m\\.?))?+";
  private static final Pattern PAST_OR_TO =
      Pattern.compile(
          "(?:an?\\s++)?+(half|quarter|[0-9]{1,2}|[a-z]++(?:[\\s-][a-z]++)??)(?:\\s++minutes?)?+\\s++(past|after|to|before)\\s++([0-9]{1,2}|[a-z]++)"
              + HALF_OF_DAY);
  private static final Pattern ON_THE_HOUR =
      Pattern.compile("([a-z]++)\\s++(o['\u2019]clock|[ap]\\.?\\s?m\\.?)");
  private static final int HOURS = 12;
  private static final int MINUTES = 60;

  private SpokenTime() {}

  /**
   * The same in digits, or the text as it is.
   *
   * @param words in lower case
   */
  static String inDigits(String words) {
    Matcher hour = ON_THE_HOUR.matcher(words);
    if (hour.matches()) {
      return number(hour.group(1), HOURS).map(h -> h + " " + hour.group(2)).orElse(words);
    }
    Matcher spoken = PAST_OR_TO.matcher(words);
    if (!spoken.matches()) {
      return words;
    }
    // 10 to 5 may be a ratio.
    boolean ratio =
        spoken.group(2).equals("to")
            && Character.isDigit(words.charAt(0))
            && !words.contains("minute");
    if (ratio) {
      return words;
    }
    boolean past = spoken.group(2).equals("past") || spoken.group(2).equals("after");
    Optional<Integer> minutes = minutes(spoken.group(1), past);
    Optional<Integer> named = number(spoken.group(3), HOURS);
    if (minutes.isEmpty() || named.isEmpty()) {
      return words;
    }
    int before = named.get() == 1 ? HOURS : named.get() - 1;
    String half = spoken.group(4) == null ? " o'clock" : spoken.group(4);
    int hours = past ? named.get() : before;
    int minute = past ? minutes.get() : MINUTES - minutes.get();
    return String.format(Locale.ROOT, "%d:%02d%s", hours, minute, half);
  }

  private static Optional<Integer> minutes(String word, boolean past) {
    return switch (word) {
      case "half" -> past ? Optional.of(30) : Optional.empty();
      case "quarter" -> Optional.of(15);
      default -> number(word, MINUTES - 1);
    };
  }

  /** From 1 to the largest. */
  private static Optional<Integer> number(String word, int largest) {
    Optional<String> digits =
        Character.isDigit(word.charAt(0)) ? Optional.of(word) : NumberWords.read(word);
    return digits
        .filter(number -> number.matches("[0-9]{1,2}"))
        .map(Integer::valueOf)
        .filter(number -> number >= 1 && number <= largest);
  }
}
