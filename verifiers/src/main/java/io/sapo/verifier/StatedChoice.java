package io.sapo.verifier;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The letter that a statement chooses: what follows an answer mark, or the last line of a response.
 * Statements have at most {@link FinalAnswer#ANSWER_CHARS} characters.
 */
final class StatedChoice {
  static final String CROSS = "[\u274c\u274e\u2716\u2717\u2718\u26d4]";
  static final String STYLE = "(?:\\\\(?:text|mathrm|textbf|mathbf|textrm|mbox)\\s*+\\{)?+";

  private static final String OPENERS = "[\\s*$_\"'\u201c\u2018`]*+";
  private static final String CLOSERS = "[\\s*$_}\"'\u201d\u2019`]*+";

  /** The answer is clearly B. Words that doubt it, and "also", are none. */
  private static final Pattern ADVERBS =
      Pattern.compile(
          "(?i)[\\s,*_]*+(?:(?:therefore|thus|hence|so|then|clearly|certainly|definitely|indeed|surely|obviously"
              + "|evidently|undoubtedly|simply|actually|still|just|now|exactly|precisely|finally|ultimately"
              + "|necessarily|naturally|most\\s++likely|in\\s++fact|of\\s++course)\\b[\\s,]++){1,3}+");

  /**
   * A letter by itself: B, (B), B., **B**, \text{B}, (B) 12, B) 12, "B because …"; nothing else may
   * follow, so that the A of "A triangle" and the I of "I know" are none.
   */
  private static final Pattern LEADING =
      Pattern.compile(
          OPENERS
              + "(?i:(?:the\\s++)?+(?:option|choice|letter|answer)\\s++)?+[*$_]*+"
              + STYLE
              + "(?i:(?:option|choice)\\s++)?+(?!I,)(?:[(\\[{]\\s*+([A-Za-z])\\s*+[)\\]}]"
              + "|([A-Za-z])(?=\\*\\*\\s*+\\(|"
              + CLOSERS
              + "(?:$|[.):,;\\]}](?!\\w)|!(?![\\w=])|[-\u2013\u2014]\\s|(?:because|since|as|which|with|rather\\s++than|instead\\s++of)\\b)"
              + "|(?<=[A-Z])[*$}]*+\\s++(?:\\([^()]*+\\)|\\[[^\\[\\]]*+\\])\\s*+(?:$|[.,;])))"
              + ".*+",
          Pattern.DOTALL);

  private static final String ANSWERING =
      "(?:ans|answer|choice|option|response|solution|conclusion|result|final|correct|verdict|decision"
          + "|respuesta|r[e\u00e9]ponse|antwort|resposta|risposta|\u043e\u0442\u0432\u0435\u0442|\u7b54\u6848|\u7b54)";

  private static final String SENTENCE =
      "(?:(?:therefore|thus|hence|so|then|clearly|finally|consequently|overall|accordingly|in\\s++conclusion|i\\s++(?:think|believe|conclude)(?:\\s++that)?"
          + "|this\\s++means(?:\\s++that)?|we\\s++conclude(?:\\s++that)?|it\\s++follows\\s++that)\\b[\\s,:]*+){0,3}+";

  private static final String VERBS =
      "(?i:\\b(?:is|be|choose|pick|select|match(?:es)?|leaves|(?:go(?:es|ing)?|leaves\\s++us)\\s++with"
          + "|(?:corresponds?|points?)\\s++to|(?:it|that|which)['\u2019]s|es|est|ist))";

  private static final String OPTION = "(?i:option|choice|letter)";

  private static final String LABEL_AT_END =
      "|[\u662f\u9009\u9078\u4e3a\u70ba][\\s*$(\\[]*+"
          + "|(?iu:ans\\.|"
          + ANSWERING
          + "[\\s*]*+(?:[:\u2192\u21d2=\u2013\u2014]|-(?=\\s)))[\\s*$(\\[\"'`]*+)"
          + STYLE
          + "\\(?+([A-Z]|(?<=\\()[a-z](?=\\)))[)\\]}*$.!\\s\"'`]*+$";

  /** A statement that comes to its choice at the end: I think it is C; Antwort: C. */
  private static final Pattern TRAILING =
      Pattern.compile("(?:(?:" + VERBS + "|\\b" + OPTION + ")[\\s*$(\\[]++" + LABEL_AT_END);

  /** The same of a line that may be cut off: "let us look at option C" concludes nothing. */
  private static final Pattern CONCLUDING =
      Pattern.compile(
          "(?:^(?i:"
              + SENTENCE
              + ")[\\s*]*+"
              + OPTION
              + "[\\s*$(\\[]++|"
              + VERBS
              + "(?:[\\s*]++(?i:the\\s++)?+(?i:correct\\s++)?+"
              + OPTION
              + ")?+[\\s*$(\\[]++"
              + LABEL_AT_END);

  /** What says of a letter that it is not chosen, or that it is as another one is. */
  private static final Pattern REJECTING =
      Pattern.compile(
          "(?i)\\b(?:wrong|incorrect|false|not|neither|nor|never|cannot|eliminated?|excluded?|doubt(?:s|ful)?|unlikely|hardly|ruled?|no\\s++es|nicht)\\b|n['\u2019]t\\b"
              + "|\\b(?:everything|anything|all|any)\\s++(?:\\w++\\s++)?(?:but|except)\\b|^[,;]?\\s*+(?:or|otherwise|perhaps|maybe|possibly)\\b"
              + "|\\b(?:and\\s++)?(?:so|as)\\s++is\\s|[\u4e0d\u975e]|"
              + CROSS);

  /** A last line that only supposes, asks or guesses. */
  private static final Pattern SUPPOSING =
      Pattern.compile(
          "(?i)\\b(?:if|unless|whether|suppose|assume|assuming|might|may|could|nobody|none|few|perhaps|maybe|possibly|let|denote|call|refuse|avoid|distractor|trap|tempting|opposite|exceptions?"
              + "|(?:first|people|students?|many|most|some|others|beginners|everyone)\\s++(?:(?:would|will|often|usually|commonly|typically|frequently|sometimes|mistakenly|wrongly|tend\\s++to)\\s++){0,3}+(?:choose|pick|select))\\b");

  /** If it were 3, it would be C. */
  private static final Pattern SUPPOSED =
      Pattern.compile(
          "(?i)(?:^|[.!?]\\s)\\s*+(?:if|unless|suppose|supposing|assume|assuming)\\b(?!.*\\b(?:so|thus|hence|therefore)\\b)[^.!?]*+[.!]?+$",
          Pattern.DOTALL);

  /** The point is A: no choice but a thing with a letter for its name. */
  private static final Pattern OF_A_THING =
      Pattern.compile(
          "(?i)\\b(?:"
              + OtherChoices.THINGS
              + "|unit|symbol|variable|value|length|width|height|current|charge|set|vertices|points|lines|note|grade|key"
              + ")(?:\\s++(?!answer|option|choice)[\\w']++){0,4}?\\s*+(?:\\b(?:is|be)\\b|:)");

  /** Right behind a letter: is wrong. */
  private static final Pattern REJECTED =
      Pattern.compile(
          "(?i)[)\\]}*$\\s]*+(?:(?:is|was|can|could|seems|looks|must|does|did|do|will|would|should)\\s*+(?:be\\s++)?)?(?:also\\s++|clearly\\s++|definitely\\s++)?"
              + "(?:(?:wrong|incorrect|false|not|cannot|\\w{2,6}n['\u2019]t|can['\u2019]t|excluded|eliminated|impossible|ruled|fails)\\b|"
              + CROSS
              + ")");

  /**
   * Right behind a label that closes with a parenthesis: (D) is wrong. Its text may begin with
   * "fails to", "does not change" or "too low".
   */
  private static final Pattern REJECTED_LABEL =
      Pattern.compile(
          "(?i)[)\\]}*$\\s]*+(?:(?:(?:is|was|can|could|seems|looks|must)\\s*+(?:be\\s++)?)?(?:also\\s++|clearly\\s++|definitely\\s++)?"
              + "(?:wrong|incorrect|false|not|cannot|\\w{2,6}n['\u2019]t|can['\u2019]t|excluded|eliminated|impossible|ruled)\\b"
              + "|(?:does|do|will)\\s++not\\s++(?:work|hold|fit|apply|satisfy|match)\\b|"
              + CROSS
              + ")");

  /** Which is option D: 12 cm. */
  private static final Pattern NAMED_WITH_TEXT =
      Pattern.compile(
          "(?i:\\b(?:is|be|choose|pick|select|match(?:es)?|with|to)\\s++(?:the\\s++)?+(?:correct\\s++)?+(?:option|choice)\\s++)[*$(]*+([A-Z]|(?<=\\()[a-z](?=\\)))[)*$]*+(?=[:.]\\s|,\\s|\\s[(\u2013\u2014-])");

  /** Behind such a letter: , which is too small; , but 12 is odd. */
  private static final Pattern BELIED =
      Pattern.compile(
          "(?i)[)*$]*+[,.\\s(\u2013\u2014-]++(?:(?:and|so)\\s++)?+(?:(?:but(?!\\s++not\\b)|yet|however|though|although|except|unless)\\b"
              + "|(?:which|that|this|it)\\s++(?:(?:is|was|would|can|could|seems|looks|does|did|will)\\s++(?:be\\s++)?)?(?:also\\s++|clearly\\s++|definitely\\s++|simply\\s++)?"
              + OtherChoices.NEGATION
              + ")");

  /** A last line in bold that begins with a label: **D. 12**. */
  private static final Pattern BOLD_LABEL =
      Pattern.compile("\\*\\*\\(?+([A-Z])[).:].*\\*\\*\\.?+", Pattern.DOTALL);

  /** A line that begins with one. */
  private static final Pattern LABEL_LINE =
      Pattern.compile("(?m)^[ \\t*>-]{0,8}+\\(?+([A-Z])[).:](?!\\w)");

  private static final Pattern CLAUSE =
      Pattern.compile(".*[.,;:!?\n]\\s(?=.*[A-Za-z0-9].{4})", Pattern.DOTALL);

  /** D is the correct answer. */
  private static final Pattern CALLED_CORRECT =
      Pattern.compile(
          "(?:^|[.!?]\\s)[\\s*]*+(?i:"
              + SENTENCE
              + "(?:only\\s++)?+(?:(?:option|choice|answer|statement)\\s++)?+)[*$(]*+([A-Z]|(?<=\\()[a-z](?=\\)))[)*$]*+\\s++(?i:(?:is|must\\s++be|should\\s++be|has\\s++to\\s++be|would\\s++be)\\s++"
              + "(?:(?:therefore|thus|clearly|indeed)\\s++)?+(?:the\\s++)?+(?:only\\s++|most\\s++)?+(?:correct|right|best|appropriate|suitable|answer)"
              + "(?:\\s++(?:answer|option|choice|one|statement))?+)"
              + "[*]*+(?:[.!]?+[\\s*]*+$|,?+\\s(?:because|since|as)\\s(?!well).*+$)");

  /** Only D works; what follows, but for a reason, may be another clue, or take it back. */
  private static final Pattern ONLY_ONE =
      Pattern.compile(
          "(?:^|[.!?]\\s)[\\s*]*+(?i:"
              + SENTENCE
              + "only\\s++(?:(?:option|choice|answer)\\s++)?+)[*$(]*+([A-Z])[)*$]*+\\s++(?:works|fits|remains|is\\s++(?:left|possible)|matches|satisfies)\\b"
              + "(?:\\s++(?:here|all|both|every|each|these|this|the\\s++(?:given\\s++)?(?:conditions|constraints|criteria|requirements|equations?|inequalit(?:y|ies)|system|description|definition|graph|data))\\b"
              + "(?:(?!\\b(?:but|except|because|since)\\b)[^.,;:!?])*+)?+"
              + "(?:[*]*+[.!]?+[\\s*]*+$|(?:,\\s++|\\s++|(?<=\\s))(?:because|since)\\s.*+$)",
          Pattern.DOTALL);

  /** Any letter that is called right anywhere: of two nothing says which is chosen. */
  private static final Pattern RIGHT_ONE =
      Pattern.compile(
          "(?<![A-Za-z0-9'])([A-Z])[)*$]{0,4}+\\s(?i:is\\s(?:also\\s)?(?:correct|right|true))(?!\\w)");

  private StatedChoice() {}

  /** The letter that a statement opens with or comes to. */
  static Optional<Character> of(String stated) {
    Matcher adverbs = ADVERBS.matcher(stated);
    String bare = adverbs.lookingAt() ? stated.substring(adverbs.end()) : stated;
    return leading(bare).or(() -> trailing(TRAILING, bare));
  }

  /** The letter that the last line of many comes to; it may say other things, too. */
  static Optional<Character> atEnd(String line) {
    Optional<Character> letter = trailing(CONCLUDING, line).or(() -> namedWithText(line));
    return letter.isPresent() && supposes(line) ? Optional.empty() : letter;
  }

  private static boolean supposes(String line) {
    String clause = lastClause(line);
    return SUPPOSING.matcher(clause).find()
        || SUPPOSED.matcher(line).find()
        || OF_A_THING.matcher(clause).find();
  }

  private static Optional<Character> namedWithText(String line) {
    Matcher named = NAMED_WITH_TEXT.matcher(line);
    return named.find()
            && !rejects(line.substring(0, named.start()))
            && !BELIED.matcher(line).region(named.end(1), line.length()).lookingAt()
        ? OtherChoices.alone(line, upper(named.group(1)), named.end(1))
        : Optional.empty();
  }

  /** The label of a last line in bold, where no other line begins with one, as options do. */
  static Optional<Character> boldLabel(String line, String response) {
    Matcher bold = BOLD_LABEL.matcher(line);
    if (!bold.matches()) {
      return Optional.empty();
    }
    String tail = response.substring(Math.max(0, response.length() - FinalAnswer.TAIL_CHARS));
    boolean options = LABEL_LINE.matcher(tail).results().limit(2).count() > 1;
    return options ? Optional.empty() : leading(line);
  }

  /**
   * The letter that the last sentence calls the correct one.
   *
   * @param response whole, in which no other may be called correct
   */
  static Optional<Character> calledCorrect(String line, String response) {
    Matcher called = CALLED_CORRECT.matcher(line);
    if (!called.find()) {
      called = ONLY_ONE.matcher(line);
      if (!called.find()) {
        return Optional.empty();
      }
    }
    char letter = upper(called.group(1));
    String tail = response.substring(Math.max(0, response.length() - FinalAnswer.TAIL_CHARS));
    boolean others =
        RIGHT_ONE.matcher(tail).results().anyMatch(right -> upper(right.group(1)) != letter);
    return others ? Optional.empty() : OtherChoices.alone(line, letter, -1);
  }

  /** Whether a clause says of a letter in it that it is not chosen. */
  static boolean rejects(String clause) {
    return REJECTING.matcher(clause).find();
  }

  static char upper(String letter) {
    return Character.toUpperCase(letter.charAt(0));
  }

  private static Optional<Character> trailing(Pattern pattern, String stated) {
    if (!endsInLetter(stated)) {
      return Optional.empty();
    }
    Matcher trailing = pattern.matcher(stated);
    String clause = lastClause(stated);
    if (!trailing.find() || rejects(clause)) {
      return Optional.empty();
    }
    String before = stated.substring(0, stated.length() - clause.length());
    return OtherChoices.alone(rejects(before) ? clause : stated, upper(trailing.group(1)), -1);
  }

  /** Whether a letter by itself is the last that is said: most lines need no closer look. */
  private static boolean endsInLetter(String stated) {
    int end = stated.length() - 1;
    while (end >= 0 && !Character.isLetterOrDigit(stated.charAt(end))) {
      end--;
    }
    return end >= 0
        && Character.isLetter(stated.charAt(end))
        && (end == 0
            || stated.charAt(end - 1) >= 128
            || !Character.isLetter(stated.charAt(end - 1)));
  }

  private static String lastClause(String stated) {
    Matcher before = CLAUSE.matcher(stated);
    return before.lookingAt() ? stated.substring(before.end()) : stated;
  }

  private static Optional<Character> leading(String stated) {
    Matcher first = LEADING.matcher(stated);
    if (!first.matches()) {
      return Optional.empty();
    }
    int group = first.group(1) == null ? 2 : 1;
    Pattern rejected = OtherChoices.isClosed(stated, first.end(group)) ? REJECTED_LABEL : REJECTED;
    return rejected.matcher(stated).region(first.end(group), stated.length()).lookingAt()
        ? Optional.empty()
        : OtherChoices.alone(stated, upper(first.group(group)), first.end(group));
  }
}
