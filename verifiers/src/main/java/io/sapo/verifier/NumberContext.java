package io.sapo.verifier;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether what stands around a number in a sentence says that it is not the amount: a bound (less
 * than 18, 18 or more), a denial (not 18, 18 is wrong), a part of a calculation (half of 18, 18^2,
 * 18 thousand), or one of several (18 or 19).
 */
final class NumberContext {
  /** Numbers in words: one that stands beside a number in digits is a part of what is meant. */
  private static final String WORDS =
      "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
          + "|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|half"
          + "|halves|thirds?|quarters?|fourths?|fifths?|tenths?)";

  /** What joins two numbers. */
  private static final String JOINT =
      "(?:plus|minus|times|less|and|or|over|by|into|divided\\s++by|multiplied\\s++by|to\\s++the)";

  private static final String BOUND =
      "\\b(?:more|less|fewer|greater|larger|smaller|higher|lower|other|rather)\\s++than"
          + "|\\bat\\s++(?:least|most)"
          + "|(?:^|\\b(?:is|are|be|was|were|has|have)\\s++)(?:just\\s++|well\\s++)?"
          + "(?:over|under|above|below|up\\s++to|almost|nearly)"
          + "|\\b(?:close|next|nearer|nearest)\\s++to|\\bone\\s++of|\\b(?:exceeds?|exceeding|beyond|formerly|used\\s++to\\s++be)"
          + "|\\b(?:greater|less|more)\\s++(?:than\\s++)?or\\s++equal(?:\\s++to)?"
          + "|[\u00b1\u2213\u2264\u2265\u2260]|\\+/-|(?<![-=])[<>]=?|\\\\(?:pm|mp|leq?|geq?|lt|gt|neq?)(?![a-z])";

  /** One half and the like, each as one sign. */
  private static final String VULGAR = "\u00bc-\u00be\u2150-\u215e";

  private static final String OPERATION =
      "(?:["
          + VULGAR
          + "](?:\\s*+of)?|\\b(?:half|halves|thirds?|quarters?|fourths?|fifths?|tenths?|percent|square|root|cube|opposite|negative|reciprocal"
          + "|inverse|multiples?|divisors?|factors?|power)\\s++of|\\b(?:twice|double|triple|thrice|minus|negative|half|log|ln|sin|cos|tan"
          + "|but|except|besides|unlike|versus|vs|instead\\s++of)\\.?|\u221a|\\\\?sqrt|\\\\(?:overline|bar)"
          + "|\\b"
          + WORDS
          + "(?:\\s++"
          + JOINT
          + ")?(?=\\s)|\\b(?:plus|times|divided\\s++by|multiplied\\s++by))";

  /** What a statement begins with that wants something else than the number. */
  private static final String COMMAND =
      "^(?:please\\s++|do\\s++|just\\s++)?+(?:ignore|disregard|forget|skip|omit|avoid|exclude|discard|drop|delete"
          + "|reject|cancel|double|triple|halve|square|cube|negate|invert|reverse)"
          + "(?:\\s++(?:the|number|answer|value))*+";

  /** Counts of numbers: a dozen 18s. */
  private static final String SEVERAL = "\\b(?:dozens?|pairs?|couples?|several|many)(?:\\s++of)?+";

  /** What stands right before a number; the beginning is that of the statement. */
  private static final Pattern BEFORE =
      Pattern.compile(
          "(?i)(?:" + BOUND + "|" + OPERATION + "|" + COMMAND + "|" + SEVERAL + ")[\\s$({]*+$");

  /** A denial with no other verb between it and the number, or a word for what is wrong. */
  private static final Pattern DENIED =
      Pattern.compile(
          "(?i)(?:\\b(?:not|never|neither|nor|cannot|doubt|nobody|nothing|none|no\\s++one)\\b|n['\u2019]t\\b)"
              + "(?:(?!\\b(?:is|are|was|were|equals|has|have|had)\\b|=).)*+$"
              + "|\\b(?:wrong|incorrect|false)\\b");

  /** What a times sign stands before, if it is none that says how many times: 40×. */
  private static final String FACTOR = "\\s*+\\$?+(?:[0-9(\u221aA-Za-z]|\\\\(?![)\\]]))";

  /** 40× magnification is no product, 18× ten is. */
  private static final String NO_UNIT =
      "(?!\\s++(?!" + WORDS + "\\b|hundred|thousand|million|billion)[a-z]{4,}+(?!\\())";

  private static final Pattern BEHIND =
      Pattern.compile(
          "(?i)[*$]*+(?:\\s*+["
              + VULGAR
              + "\u274c\u274e\u2716\u2717\u2718\u26d4]|(?:\u00d7"
              + NO_UNIT
              + "|\\s++\u00d7|\\s*+(?:\u00f7|\\\\(?:times|cdot|div)(?![a-z])))(?="
              + FACTOR
              + ")|\\s*+\\+(?!\\s*+[0-9])|\\s*+(?:!=|\u2260|\\\\neq?)|\\s*+r\\s?+[0-9]"
              + "|\\s++"
              + JOINT
              + "\\s++(?:an?\\s++)?+"
              + WORDS
              + "\\b|\\s++half\\b(?!-)|\\s++(?:plus|minus|divided|multiplied)\\b"
              + "|\\s++(?:[a-z]++\\s++)?or\\b"
              + "|\\s*+(?:squared|cubed|doubled|tripled|quadrupled|halved|negated|inverted|incremented|decremented|reversed|backwards|subtracted|hundred|thousand|million|billion|trillion|lakhs?|crores?|factorial)\\b"
              + "|\\s++(?:at\\s++(?:least|most)|below\\s++zero|in\\s++(?:base|binary)|is\\s++an?\\s++(?:upper|lower)\\s++bound"
              + "|and\\s++(?:up|upwards|over|under|above|below|more|less|counting))\\b"
              + "|['\u2019]s\\b|\\s++(?:when|whenever|if|once|unless|until|provided|assuming|without|excluding|mod|modulo)\\b"
              + "|[_^\u00b2\u00b3\u03c0]|\\\\pi|[xyzknabpqrtie]\\b|-ish\\b"
              + "|\\s++(?:(?:is|was|are|were|seems|looks|(?:would|may|might|could|must|should)\\s++be)\\s++)?(?:not|never|wrong|incorrect|false|too|impossible|ruled)\\b"
              + "|\\s++(?:isn|wasn|aren|weren|can|couldn)['\u2019]t\\b|\\s++cannot\\b)");

  /** Behind the first of several: (or 19), maybe 19. */
  private static final Pattern OTHERWISE =
      Pattern.compile(
          "(?i)[\\s(,.]*+(?:or|maybe|perhaps|possibly|alternatively|otherwise|else|but|not(?!\\s++\\$?[0-9][0-9.,]*+\\s*+\\)[\\s.*]*+$)|no|wait|actually|wrong|incorrect)\\b");

  /** Between two numbers of which either may be meant. */
  private static final Pattern BETWEEN =
      Pattern.compile(
          "(?i)[*$ \\t]*+(?:,|,?\\s*+(?:(?:and/)?or|to|through|versus|vs\\.?)(?:\\s++(?:maybe|perhaps|possibly))?|[/~\u2013])?[*$ \\t]*+");

  /** Behind an amount of money: millions and billions. */
  private static final Pattern MULTIPLIED_MONEY = Pattern.compile("\\s?(?:[MBTK]|[mb]n|MM)\\b");

  private static final String CURRENCIES = "$\u20ac\u00a3\u00a5";

  private static final String CLAUSE_ENDS = ",;:!?\n";

  /** Characters before a number that are looked at. */
  private static final int LONGEST = 60;

  private NumberContext() {}

  /**
   * @param start of the number in the text, without a sign
   * @param end behind its last digit
   */
  static boolean takesBack(String text, int start, int end) {
    int from = start;
    while (from > 0 && start - from < LONGEST && !endsClause(text, from - 1)) {
      from--;
    }
    // A blank in front, where the statement began earlier.
    boolean whole = from == 0 || endsClause(text, from - 1);
    String before = (whole ? "" : " ") + text.substring(from, start).stripLeading();
    Matcher behind = BEHIND.matcher(text).region(end, text.length());
    boolean money = start > 0 && CURRENCIES.indexOf(text.charAt(start - 1)) >= 0;
    if (money && MULTIPLIED_MONEY.matcher(text).region(end, text.length()).lookingAt()) {
      return true;
    }
    return BEFORE.matcher(before).find() || DENIED.matcher(before).find() || behind.lookingAt();
  }

  private static boolean endsClause(String text, int at) {
    return CLAUSE_ENDS.indexOf(text.charAt(at)) >= 0
        || text.charAt(at) == '.' && text.startsWith(" ", at + 1)
        || text.charAt(at) == '(' && (at == 0 || Character.isWhitespace(text.charAt(at - 1)));
  }

  /** Whether what follows an answer names another, or takes it back. */
  static boolean goesOnOtherwise(String rest) {
    return OTHERWISE.matcher(rest).lookingAt();
  }

  /** Whether two numbers stand side by side, so that either may be meant. */
  static boolean areAlternatives(String between) {
    return BETWEEN.matcher(between).matches();
  }
}
