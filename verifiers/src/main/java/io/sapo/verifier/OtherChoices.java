package io.sapo.verifier;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a statement that chooses a letter names another one as well, which it does not dismiss.
 */
final class OtherChoices {
  /** Nouns whose names are letters; none is a word for a choice, or for a part of a question. */
  static final String THINGS =
      "vitamin|hepatitis|influenza|blood\\s++(?:type|group)|group|type|point|line|angle|side"
          + "|vertex|plane|region|area|zone|city|town|village|country|island|planet|star|object"
          + "|block|particle|sample|solution|substance|element|compound|metal|gas|liquid|beaker"
          + "|flask|plant|species|gene|allele|cell|organism|virus|bacterium|drug|company|firm"
          + "|machine|factory|team|car|train|ball|road|route|curve|matrix|event|layer|rock|station"
          + "|node|resistor|bulb|lamp|wire|coil|circuit|force|vector|magnet";

  private static final Pattern OTHER =
      Pattern.compile(
          "(?<![A-Za-z0-9'])(?:([A-Z])(?=\\**+[)\\].,:;!?]|[\\s*]*+$"
              + "|[*$]*+\\s(?:too|also|as\\swell|(?:is|are)\\s(?:also\\s)?(?:correct|right|true|possible|valid|the|not\\s(?:wrong|incorrect|false)))\\b)"
              + "|\\(([A-Za-z])\\))");

  /** A letter that is none of a word. */
  private static final Pattern ANY = Pattern.compile("(?<![A-Za-z0-9'\\\\])[A-Z](?![A-Za-z0-9'])");

  private static final String LETTER = "[*$(]*+(?<![A-Za-z0-9'])[A-Z](?![A-Za-z0-9'])[*$)]*+";

  /** Behind a label, what joins and a letter: , c or "and \text{C}"; not "i.e." or "e.g.". */
  private static final Pattern SECOND =
      Pattern.compile(
          "[)\\]}*$_\"'\u201d\u2019`\\s]*+((?:[,;/&|]|\\b(?=(?:and|or)\\b))\\s*+(?i:(?:and/or|and|or|also|maybe|perhaps|possibly)\\b\\s*+)*+)"
              + "[*$_\"'\u201c\u2018`(\\[{\\s]*+"
              + StatedChoice.STYLE
              + "\\(?+(?!i\\.\\s?e\\b|e\\.\\s?g\\b|a\\.\\s?k)([A-Ja-j])[)\\]}*$_\"'\u201d\u2019`]*+\\s*+(?:$|[.,;:/&|)!?]|(?:and|or)\\b)");

  static final String NEGATION =
      "(?:"
          + StatedChoice.CROSS
          + "|(?:wrong|incorrect|false|(?:not|cannot|\\w{2,6}n['\u2019]t|can['\u2019]t)\\b(?!\\s++(?:\\w++\\s++){0,2}(?:wrong|incorrect|false|excluded|eliminated|ruled|impossible|only|bad|unlikely|unreasonable|implausible))"
          + "|excluded|eliminated|impossible|ruled\\s++out|fails?|violates?|contradicts?"
          + "|(?:(?:far|much|way|slightly|a\\s++(?:bit|little))\\s++)?too\\s++(?:small|large|big|low|high|long|short|few|many|much|little|broad|narrow|general|specific|weak|strong|early|late|slow|fast|extreme|simple|vague))\\b)";

  /** Right behind a letter: is too small. */
  private static final Pattern DISMISSED =
      Pattern.compile(
          "(?i)[)\\]}*$\\s]*+(?:(?:is|was|can|could|seems|looks|must|does|did|will|would)\\s++(?:be\\s++)?)?(?:also\\s++|clearly\\s++|definitely\\s++|simply\\s++)?"
              + NEGATION);

  /** Behind a letter of several: A, B, and C are wrong. */
  private static final Pattern ALL_DISMISSED =
      Pattern.compile(
          "[)\\]}*$\\s]*+(?:,?+\\s*+(?:(?:and|or|nor)\\s++)?+"
              + LETTER
              + ")*+\\s*+(?i:(?:all\\s++|both\\s++)?+(?:are|were|can|could|must|do|did|will|would|have\\s++been)?+\\s*+(?:be\\s++)?(?:all\\s++|both\\s++|also\\s++|clearly\\s++)?"
              + NEGATION
              + ")");

  /** A label that closes with a parenthesis: its option's text may read like a dismissal. */
  private static final Pattern CLOSED = Pattern.compile("[*$}\\s]*+\\)");

  /** Behind a label: others beside it. */
  private static final Pattern JOINED =
      Pattern.compile("[)\\]}*$\\s]*+(?:,|\\(|(?:and|or|nor)\\b)");

  /** Not A, B, or C. */
  private static final Pattern NOT_THESE =
      Pattern.compile(
          "(?i:\\b(?:not|rather\\s++than|instead\\s++of)\\s++(?:(?:options?|choices?)\\s++)?+)"
              + LETTER
              + "(?:(?:,\\s*+"
              + LETTER
              + ")*+,?+\\s*+(?:or|nor)\\s++"
              + LETTER
              + ")?+");

  /** From behind a label to its option's text: a dash or a semicolon may begin anything. */
  private static final String LABELLED = "(?=[\\s}*$]*+[)\\].:])[\\s)\\]}.:*$]++";

  private static final String AMOUNT =
      "(?:(?:about|approximately|roughly|nearly|exactly)\\s++)?+[-+\u2212]?+[0-9]++(?:[.,][0-9]++)*+";

  /**
   * A label and nothing but a quantity, up to its unit's letter: 12 V, 30 °C, 5 N/C. Without
   * another sign of a unit (the group), an A or a C may be a choice, and so may those behind it; F,
   * G and H are units only where the label closes with a parenthesis.
   */
  private static final Pattern QUANTITY =
      Pattern.compile(
          "(?="
              + CLOSED
              + ")"
              + LABELLED
              + AMOUNT
              + "\\s{1,3}+[FGH]|"
              + LABELLED
              + AMOUNT
              + "(?:\\s{1,3}+[JKLMNSTVW]"
              + "|(\\s{0,3}+\u00b0\\s{0,2}+|\\s{1,3}+[A-Za-z]{1,3}+/)[ACFGHJKLMNSTVW])");

  /**
   * A label and nothing but a thing that has a letter for its name: Vitamin C. The nouns are listed
   * rather than the words that join another choice, of which no list is complete.
   */
  private static final Pattern NAMED_THING =
      Pattern.compile(
          LABELLED
              + "(?i:(?:(?:at|in|on|near)\\s++)?+(?:(?:the|an?)\\s++)?+(?:"
              + THINGS
              + "))[\\s*$]++[A-Z]");

  /** Characters between a label and a letter of its text. */
  private static final int TEXT_CHARS = 200;

  private OtherChoices() {}

  /**
   * The letter, unless the statement names another one that it does not dismiss, or dismisses this
   * one.
   *
   * @param labelEnd where it ends if the statement opens with it, else -1
   */
  static Optional<Character> alone(String stated, char letter, int labelEnd) {
    if (labelEnd >= 0) {
      Matcher second = SECOND.matcher(stated).region(labelEnd, stated.length());
      if (second.lookingAt() && isSecond(second, letter, stated.charAt(labelEnd - 1))) {
        return Optional.empty();
      }
    }
    if (ANY.matcher(stated)
        .results()
        .anyMatch(
            any -> any.group().charAt(0) == letter && isCalledWrong(stated, any.end(), labelEnd))) {
      return Optional.empty();
    }
    List<MatchResult> rejections = NOT_THESE.matcher(stated).results().toList();
    Matcher named = OTHER.matcher(stated);
    while (named.find()) {
      boolean bare = named.group(1) != null;
      int group = bare ? 1 : 2;
      boolean dismissed =
          isCalledWrong(stated, named.end(group), labelEnd)
              || isDenied(named.start(group), named.end(group), rejections);
      boolean chosen = StatedChoice.upper(named.group(group)) == letter;
      if (chosen ? dismissed : !dismissed && !(bare && isOfOption(stated, labelEnd, named.end()))) {
        return Optional.empty();
      }
    }
    return Optional.of(letter);
  }

  /** A small letter behind a capital one and a mere comma or slash is no choice: B, g/mol. */
  private static boolean isSecond(Matcher second, char letter, char label) {
    char other = second.group(2).charAt(0);
    boolean word = second.group(1).strip().length() > 1;
    boolean alike = Character.isUpperCase(other) || Character.isLowerCase(label);
    return (alike || word) && Character.toUpperCase(other) != letter;
  }

  private static boolean isDenied(int start, int end, List<MatchResult> rejections) {
    return rejections.stream().anyMatch(not -> not.start() <= start && end <= not.end());
  }

  private static boolean isCalledWrong(String stated, int end, int labelEnd) {
    boolean all = ALL_DISMISSED.matcher(stated).region(end, stated.length()).lookingAt();
    return end == labelEnd && isClosed(stated, end)
        ? all && JOINED.matcher(stated).region(end, stated.length()).lookingAt()
        : all || DISMISSED.matcher(stated).region(end, stated.length()).lookingAt();
  }

  /** Whether a label that ends there closes with a parenthesis. */
  static boolean isClosed(String stated, int end) {
    return CLOSED.matcher(stated).region(end, stated.length()).lookingAt();
  }

  /** Whether the letter before {@code end} can only be of the labelled option's text. */
  private static boolean isOfOption(String stated, int labelEnd, int end) {
    if (labelEnd < 0 || end - labelEnd > TEXT_CHARS) {
      return false;
    }
    String text = stated.substring(labelEnd, end);
    boolean ends = isEnd(stated, end);
    Matcher quantity = QUANTITY.matcher(text);
    if (quantity.matches()) {
      return ends || quantity.group(1) != null && stated.charAt(end) == ',';
    }
    return ends && NAMED_THING.matcher(text).matches();
  }

  /** Whether at most full stops and marks of emphasis are left. */
  private static boolean isEnd(String stated, int at) {
    int end = at;
    while (end < stated.length() && ". \t*$".indexOf(stated.charAt(end)) >= 0) {
      end++;
    }
    return end == stated.length();
  }
}
