package io.sapo.jinja;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as template text writes them. */
final class Numerals {
  private static final Pattern FLOAT =
      Pattern.compile("(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile("0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[\\da-fA-F])+|[1-9](_?\\d)*|0(_?0)*");

  record Numeral(Object value, int end) {}

  private Numerals() {}

  static Numeral read(String source, int at, int line) {
    Matcher decimal = FLOAT.matcher(source).region(at, source.length());
    boolean afterDot = at > 0 && source.charAt(at - 1) == '.';
    if (!afterDot && decimal.lookingAt()) {
      return new Numeral(Double.valueOf(decimal.group().replace("_", "")), decimal.end());
    }
    Matcher integer = INTEGER.matcher(source).region(at, source.length());
    if (!integer.lookingAt() || integer.group().length() > 1_000) {
      throw JinjaException.syntax(line, "a number that cannot be read");
    }
    return new Numeral(integer(integer.group().replace("_", "")), integer.end());
  }

  private static Object integer(String digits) {
    int radix =
        switch (digits.length() > 2 ? Character.toLowerCase(digits.charAt(1)) : ' ') {
          case 'b' -> 2;
          case 'o' -> 8;
          case 'x' -> 16;
          default -> 10;
        };
    return PyNumbers.normal(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
  }
}
