package io.sapo.verifier.math;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes sentences off their answers: "the domain is [-2, 7]" says [-2, 7], "negative 5" says -5, "3
 * and 1/2" is a mixed number. What it does not know stays as it is.
 *
 * <p>Texts have at most {@link MathEquality#MAX_CHARS} characters.
 */
final class Phrases {
  private static final String TEXT = "\\\\(?:text|textbf|textit|mathrm|mbox)\\s?+\\{";
  private static final Pattern OPENING = Pattern.compile("\\s*+(" + TEXT + ")?+\\s*+");
  private static final Pattern WORD = Pattern.compile("([A-Za-z]++)(,?\\s*+)");
  private static final int MAX_WORDS = 8;

  /** With which a statement of the answer begins. */
  private static final Set<String> BEGINNING =
      Set.of(
          "the",
          "there",
          "this",
          "it",
          "so",
          "thus",
          "hence",
          "therefore",
          "final",
          "correct",
          "answer");

  private static final Set<String> STATING = Set.of("is", "are", "equals");

  /** A statement with one of these before its verb is of something else than the answer. */
  private static final Set<String> DENYING =
      Set.of(
          "not",
          "no",
          "never",
          "none",
          "neither",
          "nor",
          "half",
          "twice",
          "double",
          "third",
          "thirds",
          "quarter",
          "square",
          "root",
          "cube",
          "opposite",
          "negative",
          "reciprocal",
          "inverse",
          "except",
          "without",
          "more",
          "less",
          "least",
          "most",
          "than",
          "or",
          "and",
          "wrong",
          "below",
          "above",
          "under",
          "up",
          "either",
          "minus",
          "if",
          "when",
          "unless");

  private static final Pattern NEGATIVE =
      Pattern.compile(
          "\\s*+(" + TEXT + ")?+\\s*+(?:[Nn]egative|[Mm]inus)(?![A-Za-z])\\s*+(\\})?+\\s*+(?=.)");

  private static final Pattern MIXED =
      Pattern.compile(
          "\\s*+([0-9]{1,9}+)\\s*+(?:"
              + TEXT
              + "\\s*+and\\s*+\\}|and)\\s*+(\\\\[dt]?frac[\\s{}0-9]++|[0-9]++/[0-9]++)\\s*+");

  /** 3 and a half. */
  private static final Pattern AND_A_PART =
      Pattern.compile(
          "\\s*+([0-9]{1,9}+)\\s*+(?:"
              + TEXT
              + "\\s*+)?+(and\\s++[a-z]++\\s++[a-z]++)\\s*+\\}?+\\s*+");

  private static final Pattern SEVERAL = Pattern.compile("[,;]|\\b(?:and|or)\\b");

  /** Yes, it is. */
  private static final Pattern VERDICT =
      Pattern.compile(
          "\\s*+(?:"
              + TEXT
              + "\\s*+)?+(yes|no|true|false)\\s*+\\}?+\\s*+[,.;:\u2013\u2014-]\\s*+(?:"
              + TEXT
              + "\\s*+)?+([a-z]++)(?![a-z])(.*+)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** With which a clause begins that says no more, and with which one that gives a reason. */
  private static final Set<String> AGREEING =
      Set.of("it", "they", "this", "that", "there", "he", "she", "we", "the", "these", "those");

  private static final Set<String> REASONING = Set.of("because", "since", "as", "for");

  private static final Pattern DOUBT =
      Pattern.compile(
          "(?i)\\b(?:but|unless|except|only|if|or|either|however|maybe|perhaps|depends?|sometimes)\\b");

  private static final Pattern DENIAL =
      Pattern.compile("(?i)\\b(?:no|not|never|nor|false|wrong|cannot)\\b|n['\u2019]t\\b");

  private static final Pattern ASSENT = Pattern.compile("(?i)\\b(?:yes|true)\\b");

  /** For all x &gt; 2. */
  private static final Pattern ALL =
      Pattern.compile(
          "\\s*+"
              + TEXT
              + "\\s*+(?:[Ff]or\\s++)?+[Aa]ll\\s*+(?:real\\s++)?+\\}\\s*+(?=[a-z]\\s*+[<>\\\\])");

  private Phrases() {}

  /** The answer of a statement. */
  static String stated(String text) {
    Matcher verdict = VERDICT.matcher(text);
    if (verdict.matches()) {
      return saysNoMore(verdict) ? "\\text{" + verdict.group(1) + "}" : text;
    }
    String answer = ALL.matcher(withoutLead(Sentences.amount(text))).replaceFirst("");
    Matcher negative = NEGATIVE.matcher(answer);
    if (!negative.lookingAt()) {
      return answer;
    }
    boolean opened = negative.group(1) != null;
    boolean closed = negative.group(2) != null;
    if (closed && !opened) {
      return answer;
    }
    return "-" + (opened && !closed ? negative.group(1) : "") + answer.substring(negative.end());
  }

  /** Whether what stands behind yes or no agrees with it and holds no answer of its own. */
  private static boolean saysNoMore(Matcher verdict) {
    String first = verdict.group(2).toLowerCase(Locale.ROOT);
    String rest = verdict.group(3);
    boolean assent = ASSENT.matcher(verdict.group(1)).matches();
    boolean reason = REASONING.contains(first);
    return (reason || AGREEING.contains(first) && rest.chars().noneMatch(Character::isDigit))
        && !DOUBT.matcher(rest).find()
        && (reason || !(assent ? DENIAL : ASSENT).matcher(rest).find());
  }

  /** Whether it is a word with which a name is not that of the answer. */
  static boolean denies(Token token) {
    return token.kind() == Token.Kind.WORD
        && DENYING.contains(token.text().toLowerCase(Locale.ROOT));
  }

  private static String withoutLead(String text) {
    Matcher opening = OPENING.matcher(text);
    if (!opening.lookingAt()) {
      return text;
    }
    String command = opening.group(1) == null ? "" : opening.group(1);
    int end = statementEnd(text, opening.end());
    if (end < 0) {
      return text;
    }
    boolean closed = end < text.length() && text.charAt(end) == '}';
    String answer = text.substring(closed ? end + 1 : end);
    if (closed && command.isEmpty() || answer.replace("}", "").isBlank()) {
      return text;
    }
    return closed ? answer : command + answer;
  }

  /** Where the answer begins behind "the … is" or "answer:"; −1 where nothing states one. */
  private static int statementEnd(String text, int start) {
    Matcher word = WORD.matcher(text);
    int at = start;
    for (int words = 0; words < MAX_WORDS; words++) {
      if (!word.region(at, text.length()).lookingAt()) {
        return -1;
      }
      String lower = word.group(1).toLowerCase(Locale.ROOT);
      if (words == 0 ? !BEGINNING.contains(lower) : DENYING.contains(lower)) {
        return -1;
      }
      at = word.end();
      boolean colon = at < text.length() && text.charAt(at) == ':';
      boolean closing = at < text.length() && text.charAt(at) == '}';
      if (words > 0 && STATING.contains(lower) || colon || closing && lower.equals("answer")) {
        at += colon ? 1 : 0;
        return pastSpace(text, at);
      }
    }
    return -1;
  }

  private static int pastSpace(String text, int start) {
    int at = start;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** 3 and 1/2 as one number, where the other side is not several. */
  static String mixed(String text, String other) {
    Matcher part = AND_A_PART.matcher(text);
    if (part.matches()) {
      return NumberWords.read("one " + part.group(2))
          .map(one -> part.group(1) + one.substring(1))
          .orElse(text);
    }
    Matcher mixed = MIXED.matcher(text);
    return mixed.matches() && !SEVERAL.matcher(other).find()
        ? mixed.group(1) + " " + mixed.group(2)
        : text;
  }
}
