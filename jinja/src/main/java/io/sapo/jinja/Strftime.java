package io.sapo.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** C's {@code strftime} in English, for a time without a zone. */
final class Strftime {
  private static final String FLAGS = "-_0^#";

  private Strftime() {}

  static String format(LocalDateTime time, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char next = format.charAt(i);
      if (next != '%' || i + 1 == format.length()) {
        out.append(next);
        continue;
      }
      boolean flagged = FLAGS.indexOf(format.charAt(i + 1)) >= 0 && i + 2 < format.length();
      i += flagged ? 2 : 1;
      String field = field(time, format.charAt(i));
      out.append(flagged ? flagged(field, format.charAt(i - 1)) : field);
    }
    return out.toString();
  }

  /** A field with another padding or in large letters, as the GNU C library has it. */
  private static String flagged(String field, char flag) {
    return switch (flag) {
      case '-' -> field.replaceFirst("^[0 ]+(?=.)", "");
      case '_' -> padded(field, ' ');
      case '0' -> padded(field, '0');
      case '#' ->
          field.equals("AM") || field.equals("PM")
              ? field.toLowerCase(Locale.ROOT)
              : field.toUpperCase(Locale.ROOT);
      default -> field.toUpperCase(Locale.ROOT);
    };
  }

  private static String padded(String field, char with) {
    Matcher padding = Pattern.compile("^[0 ]+(?=\\d)").matcher(field);
    return padding.replaceFirst(found -> String.valueOf(with).repeat(found.group().length()));
  }

  private static String field(LocalDateTime time, char code) {
    return switch (code) {
      case '%' -> "%";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'z', 'Z' -> "";
      case 'C' -> number("%02d", time.getYear() / 100);
      case 'G' -> number("%04d", time.get(IsoFields.WEEK_BASED_YEAR));
      case 'V' -> number("%02d", time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'U' -> number("%02d", (time.getDayOfYear() + 6 - weekday(time)) / 7);
      case 'W' -> number("%02d", (time.getDayOfYear() + 6 - (weekday(time) + 6) % 7) / 7);
      case 'u' -> number("%d", time.getDayOfWeek().getValue());
      case 'w' -> number("%d", weekday(time));
      case 'e' -> number("%2d", time.getDayOfMonth());
      case 'k' -> number("%2d", time.getHour());
      case 'l' -> number("%2d", time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'P' -> time.getHour() < 12 ? "am" : "pm";
      case 'g' -> number("%02d", time.get(IsoFields.WEEK_BASED_YEAR) % 100);
      case 'f' -> number("%06d", time.getNano() / 1_000);
      default -> {
        String pattern = pattern(code);
        yield pattern.isEmpty()
            ? "%" + code
            : DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
      }
    };
  }

  private static int weekday(LocalDateTime time) {
    return time.getDayOfWeek().getValue() % 7;
  }

  private static String number(String format, int value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String pattern(char code) {
    return switch (code) {
      case 'a' -> "EEE";
      case 'A' -> "EEEE";
      case 'b', 'h' -> "MMM";
      case 'B' -> "MMMM";
      case 'd' -> "dd";
      case 'm' -> "MM";
      case 'y' -> "yy";
      case 'Y' -> "yyyy";
      case 'H' -> "HH";
      case 'I' -> "hh";
      case 'j' -> "DDD";
      case 'M' -> "mm";
      case 'S' -> "ss";
      case 'p' -> "a";
      case 'F' -> "yyyy-MM-dd";
      case 'T', 'X' -> "HH:mm:ss";
      case 'R' -> "HH:mm";
      case 'D', 'x' -> "MM/dd/yy";
      case 'r' -> "hh:mm:ss a";
      case 'c' -> "EEE MMM ppd HH:mm:ss yyyy";
      default -> "";
    };
  }
}
