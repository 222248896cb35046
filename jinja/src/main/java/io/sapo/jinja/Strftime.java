package io.sapo.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** C's {@code strftime} in English, for a time without a zone. */
final class Strftime {
  private Strftime() {}

  static String format(LocalDateTime time, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char next = format.charAt(i);
      if (next != '%' || i + 1 == format.length()) {
        out.append(next);
        continue;
      }
      boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
      i += unpadded ? 2 : 1;
      String field = field(time, format.charAt(i));
      out.append(unpadded ? field.replaceFirst("^[0 ]+(?=.)", "") : field);
    }
    return out.toString();
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
