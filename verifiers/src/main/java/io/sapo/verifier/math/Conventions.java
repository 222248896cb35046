package io.sapo.verifier.math;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writings of the same that need both sides to be told: the constant of integration, and the whole
 * number that a family of solutions runs over.
 */
final class Conventions {
  private static final Pattern CONSTANT =
      Pattern.compile(
          "(.*\\S)\\s*+\\+\\s*+(?:\\\\(?:text|mathrm)\\s*+\\{\\s*+)?+(?:[cCkK]|[Cc]onst(?:ant)?)\\s*+\\}?+\\s*+");

  /** Of x + c nobody knows what c is. */
  private static final Pattern INTEGRATED = Pattern.compile("[\\^\\\\0-9]");

  /** 3 at x = 1, 3 (when x = 1). */
  private static final Pattern ATTAINED =
      Pattern.compile(
          ",?\\s*+\\\\text\\s*+\\{\\s*+(?:,\\s*+)?+(?:(?:which\\s++is\\s++)?+(?:attained|achieved|reached)\\s++(?:at|when|for)|\\(\\s*+(?:at|when)|at)\\s*+\\}\\s*+[a-z]\\s*+=\\s*+[^,;a-z]{1,40}+$");

  private static final Pattern LABELLED =
      Pattern.compile(
          "\\s*+\\\\text\\s*+\\{\\s*+(?i:for|(?:the\\s++)?+(?:vertex|point|points|radius|diameter|range|domain|cent(?:er|re)"
              + "|area|perimeter|volume|length|width|height|distance|slope|probability|interval|set|value|sum|product|total"
              + "|minimum|maximum|angle))\\s*+:?+\\s*+\\}\\s*+:?+\\s*+(?=\\S)");

  /** (4, 2) is the vertex. */
  private static final Pattern SAYING_WHAT =
      Pattern.compile(
          "(?<=[0-9)\\]}])\\s*+\\\\text\\s*+\\{\\s*+is\\s++(?:the|a|an)\\s++[a-z]++\\s*+\\.?+\\s*+\\}\\s*+$");

  private static final String SPACE = "(?:\\s|~|\\\\q?quad|\\\\[ ,;:])*+";

  /** With k an integer, in a few words or signs, at the end. */
  private static final List<Pattern> RUNNING =
      List.of(
          Pattern.compile(
              "(.*?)[,;]?"
                  + SPACE
                  + "\\(?"
                  + "(?:\\\\text\\s*+\\{\\s*+[,;(]?\\s*+(?:where|for|with)(?:\\s++(?:all|any|some|every))?+\\s*+\\})?+"
                  + SPACE
                  + "([a-z])\\s*+\\\\in\\s*+\\\\(?:mathbb|Bbb|mathbf)\\s*+\\{?\\s*+Z\\s*+\\}?"
                  + SPACE
                  + "(?:\\)|\\\\text\\s*+\\{\\s*+\\)\\s*+\\})?+\\s*+",
              Pattern.DOTALL),
          Pattern.compile(
              "(.*?)[,;]?"
                  + SPACE
                  + "\\\\text\\s*+\\{\\s*+[,;(]?\\s*+(?:where|for|with)\\s++(?:all\\s++|any\\s++|some\\s++|every\\s++|an\\s++)?+"
                  + "integers?\\s*+(?:\\}\\s*+\\$?|\\$)([a-z])\\$?\\s*+\\}?+\\s*+",
              Pattern.DOTALL),
          Pattern.compile(
              "(.*?)[,;]?"
                  + SPACE
                  + "\\\\text\\s*+\\{\\s*+[,;(]?\\s*+(?:where\\s*+|with\\s*+)?+(?:\\}\\s*+|\\$)?+([a-z])\\s*+(?:\\\\text\\s*+\\{|\\$)?+\\s*+(?:is\\s++|are\\s++)?+(?:an|any)\\s++integers?\\s*+\\)?+\\s*+\\}\\s*+",
              Pattern.DOTALL));

  private Conventions() {}

  /**
   * A text, where the other is one of the kind as well, as the other would write it.
   *
   * @param other is left as it is
   */
  static String told(String text, String other) {
    return constant(family(attained(unlabelled(text, other), other), other), other);
  }

  /** Without the word for what it is, where the other says nothing of it. */
  private static String unlabelled(String text, String other) {
    if (text.indexOf("\\text") < 0 || other.indexOf("\\text") >= 0 || other.indexOf('=') >= 0) {
      return text;
    }
    Matcher labelled = LABELLED.matcher(text);
    String bare = labelled.lookingAt() ? text.substring(labelled.end()) : text;
    return SAYING_WHAT.matcher(bare).replaceFirst("");
  }

  /** Without where the value is attained, which the other does not say. */
  private static String attained(String text, String other) {
    if (text.indexOf('=') < 0 || other.indexOf('=') >= 0) {
      return text;
    }
    Matcher attained = ATTAINED.matcher(text);
    return attained.find() && attained.start() > 0 ? text.substring(0, attained.start()) : text;
  }

  /** Without the words that say what k is, where the other leaves them out. */
  private static String family(String text, String other) {
    Matcher mine = running(text);
    if (mine == null) {
      return text;
    }
    String letter = mine.group(2);
    String bare = mine.group(1).strip();
    Matcher others = running(other);
    if (others == null) {
      boolean silent = other.indexOf("\\in") < 0 && other.indexOf("integer") < 0;
      return silent && mentions(other, letter) ? bare : text;
    }
    boolean renamed =
        mentions(bare, letter)
            && (letter.equals(others.group(2)) || !mentions(bare, others.group(2)));
    return renamed ? renamed(bare, letter, others.group(2)) + rest(other, others) : text;
  }

  private static String rest(String other, Matcher running) {
    return other.substring(running.end(1));
  }

  private static Matcher running(String text) {
    if (text.indexOf("\\in") < 0 && text.indexOf("integer") < 0) {
      return null;
    }
    for (Pattern pattern : RUNNING) {
      Matcher matcher = pattern.matcher(text);
      if (matcher.matches() && !matcher.group(1).isBlank()) {
        return matcher;
      }
    }
    return null;
  }

  private static boolean mentions(String text, String letter) {
    return letter(letter).matcher(text).find();
  }

  private static String renamed(String text, String letter, String name) {
    return letter(letter).matcher(text).replaceAll(name);
  }

  /** The letter, which is none of a command's name or a word. */
  private static Pattern letter(String letter) {
    return Pattern.compile("(?<![A-Za-z\\\\])(?<!\\\\[A-Za-z]{1,20})" + letter + "(?![a-z]{2})");
  }

  /** + c for + C. */
  private static String constant(String text, String other) {
    if (text.indexOf('+') < 0 || other.indexOf('+') < 0) {
      return text;
    }
    Matcher mine = CONSTANT.matcher(text);
    Matcher others = CONSTANT.matcher(other);
    if (!mine.matches() || !others.matches() || !other.stripTrailing().endsWith("C")) {
      return text;
    }
    String before = mine.group(1).toLowerCase(Locale.ROOT);
    boolean once =
        INTEGRATED.matcher(before).find() && !mentions(before, "c") && !mentions(before, "k");
    return once ? mine.group(1) + "+C" : text;
  }
}
