package io.sapo.verifier;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Multiple choice: the letter in the last box or after the last answer mark, else a response that
 * is nothing but a letter, else the last letter in parentheses. A letter counts where it stands for
 * a choice, not as a word of a sentence. An answer that names two choices names none.
 */
public final class ChoiceVerifier implements Verifier {
  private static final String STYLE = "(?:\\\\(?:text|mathrm|textbf|mathbf|textrm|mbox)\\s*+\\{)?+";

  /**
   * A letter by itself: B, (B), B., **B**, \text{B}, (B) 12, B) 12, "B because …"; nothing else may
   * follow, so that the A of "A triangle" and the I of "I know" are none.
   */
  private static final Pattern LEADING =
      Pattern.compile(
          "[\\s*$_\"\u201c`]*+(?i:(?:option|choice|letter|answer)\\s++)?+[*$_]*+"
              + STYLE
              + "(?!I,)(?:[(\\[{]\\s*+([A-Za-z])\\s*+[)\\]}]"
              + "|([A-Za-z])(?=\\*\\*\\s*+\\(|[\\s*$_}\"\u201d`]*+(?:$|[.):,;\\]}](?!\\w)|[-\u2013\u2014]\\s|(?:because|since|as|which|with)\\b)))"
              + ".*+",
          Pattern.DOTALL);

  private static final Pattern LETTER_ONLY =
      Pattern.compile("[\\s(*\\[$]*+" + STYLE + "([A-Za-z])[\\s)*\\].:}$]*+");

  private static final Pattern OTHER =
      Pattern.compile(
          "(?<![A-Za-z0-9'])(?:([A-Z])(?=\\**+[)\\].,:;!?]|[\\s*]*+$)|\\(([A-Za-z])\\))");

  /** From behind a label to its option's text: a dash or a semicolon may begin anything. */
  private static final String LABELLED = "(?=[\\s}*$]*+[)\\].:])[\\s)\\]}.:*$]++";

  /**
   * A label and nothing but a quantity, up to its unit's letter: 12 V, 30 °C, 5 N/C. Without
   * another sign of a unit (the group), an A or a C may be a choice.
   */
  private static final Pattern QUANTITY =
      Pattern.compile(
          LABELLED
              + "(?:(?:about|approximately|roughly|nearly|exactly)\\s++)?+[-+\u2212]?+[0-9]++(?:[.,][0-9]++)*+"
              + "(?:\\s{1,3}+[FGHJKLMNSTVW]"
              + "|(\\s{0,3}+\u00b0\\s{0,2}+|\\s{1,3}+[A-Za-z]{1,3}+/)[ACFGHJKLMNSTVW])");

  /**
   * A label and nothing but a thing that has a letter for its name: Vitamin C. The nouns are listed
   * rather than the words that join another choice, of which no list is complete; none of them is a
   * word for a choice, or for a part of a question.
   */
  private static final Pattern NAMED_THING =
      Pattern.compile(
          LABELLED
              + "(?i:(?:(?:at|in|on|near)\\s++)?+(?:(?:the|an?)\\s++)?+"
              + "(?:vitamin|hepatitis|influenza|blood\\s++(?:type|group)|group|type|point|line|angle|side"
              + "|vertex|plane|region|area|zone|city|town|village|country|island|planet|star|object"
              + "|block|particle|sample|solution|substance|element|compound|metal|gas|liquid|beaker"
              + "|flask|plant|species|gene|allele|cell|organism|virus|bacterium|drug|company|firm"
              + "|machine|factory|team|car|train|ball|road|route|curve|matrix|event|layer|rock|station"
              + "|node|resistor|bulb|lamp|wire|coil|circuit|force|vector|magnet))"
              + "[\\s*$]++[A-Z]");

  /** A statement that comes to its choice at the end: I think it is C. */
  private static final Pattern TRAILING =
      Pattern.compile(
          ".*\\b(?:is|be|option|choice|choose|pick|select)[\\s*$(\\[]++"
              + STYLE
              + "([A-Z])[)\\]}*$.!\\s]*+",
          Pattern.DOTALL);

  /** What says of a letter that it is not chosen, or that it is as another one is. */
  private static final Pattern REJECTING =
      Pattern.compile(
          "(?i)\\b(?:wrong|incorrect|false|not|neither|nor|never|cannot|eliminated?|excluded?|doubt(?:s|ful)?|unlikely|hardly|ruled?)\\b|n['\u2019]t\\b"
              + "|\\b(?:everything|anything|all|any)\\s++(?:\\w++\\s++)?(?:but|except)\\b|^[,;]?\\s*+(?:or|otherwise|perhaps|maybe|possibly)\\b"
              + "|\\b(?:and\\s++)?(?:so|as)\\s++is\\s");

  /** Right behind a letter: is wrong. */
  private static final Pattern REJECTED =
      Pattern.compile(
          "(?i)[)\\]}*$\\s]*+(?:(?:is|was|can|could|seems|looks|must)\\s*+(?:be\\s++)?)?(?:also\\s++|clearly\\s++|definitely\\s++)?"
              + "(?:wrong|incorrect|false|not|cannot|\\w{2,6}n['\u2019]t|can['\u2019]t|excluded|eliminated|impossible|ruled)\\b");

  private static final Pattern CLAUSE =
      Pattern.compile(".*[.,;:!?\n]\\s(?=.*[A-Za-z0-9].{4})", Pattern.DOTALL);

  /**
   * Where no answer is marked: the correct option is C, option B is correct. It is looked for in a
   * long text, in which Java's word boundary would go back over all accents in a row at each.
   */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i:(?<!\\w)(?:option|choice)(?:\\s++is\\s*+:?|\\s*+:))[\\s*$(]*+([A-Z])(?![A-Za-z])"
              + "|(?i:(?<!\\w)(?:option|choice)\\s++)[*$(]*+([A-Z])[)*$]*+\\s++is\\s++(?:the\\s++)?(?:correct|right)(?!\\w)");

  /** Choices side by side are no choice. */
  private static final Pattern LISTED =
      Pattern.compile("\\([A-Z]\\)[\\s,]*+(?:and|or|&|/)?\\s*+\\([A-Z]\\)[\\s.]*+$");

  private static final Pattern LONE_LETTER =
      Pattern.compile("(?<![A-Za-z])[A-Ja-j](?![A-Za-z\\\\])|[A-J]\\\\text|option|choice|none|all");

  private static final String CLAUSE_ENDS = ".,;!?\n";

  /** Characters on each side of a letter in which it may be rejected. */
  private static final int CLAUSE_CHARS = 200;

  private static final Pattern PARENTHESISED = Pattern.compile("\\(([A-Z])\\)");

  @Override
  public String name() {
    return "choice";
  }

  @Override
  public Verdict verify(String response, String reference) {
    char expected = expected(reference);
    return Verdict.of(chosen(response).filter(letter -> letter == expected).isPresent());
  }

  @Override
  public Explanation explain(String response, String reference) {
    String expected = String.valueOf(expected(reference));
    Verdict verdict = verify(response, reference);
    Optional<Character> chosen = chosen(response);
    if (chosen.isEmpty()) {
      return Explanation.notFound(verdict, expected, "letter that stands for one choice");
    }
    String found = FinalAnswer.boxedOrMarked(response).orElse("the letter in parentheses");
    String why = verdict.correct() ? "the same letter" : "another letter";
    return new Explanation(verdict, found, chosen.get().toString(), expected, why);
  }

  private char expected(String reference) {
    return letterOnly(FinalAnswer.boxedOrMarked(reference).orElse(reference))
        .orElseThrow(
            () -> new ReferenceAnswerException(name(), reference, "one letter, such as B"));
  }

  private static Optional<Character> chosen(String response) {
    Optional<String> boxed = FinalAnswer.finalBox(response).map(ChoiceVerifier::undelimited);
    Optional<String> marked = FinalAnswer.marked(response).map(ChoiceVerifier::undelimited);
    // A box of a formula is none of a choice.
    boolean formula = boxed.isPresent() && marked.isPresent() && !namesLetter(boxed.get());
    Optional<String> stated = formula ? marked : boxed.or(() -> marked);
    if (stated.isPresent()) {
      return leading(stated.get()).or(() -> trailing(stated.get()));
    }
    String line = lastLine(response);
    return letterOnly(line)
        .or(() -> line.equals(response.strip()) ? leading(line).or(() -> trailing(line)) : none())
        .or(() -> last(NAMED, response))
        .or(() -> LISTED.matcher(line).find() ? none() : lastInParentheses(response));
  }

  /** The last letter in parentheses, unless the clause around it rejects it. */
  private static Optional<Character> lastInParentheses(String response) {
    String tail = response.substring(Math.max(0, response.length() - FinalAnswer.TAIL_CHARS));
    Matcher letter = PARENTHESISED.matcher(tail);
    int at = -1;
    while (letter.find()) {
      at = letter.start();
    }
    if (at < 0) {
      return Optional.empty();
    }
    String clause = clauseAround(tail, at);
    char chosen = tail.charAt(at + 1);
    boolean others =
        PARENTHESISED.matcher(clause).results().anyMatch(r -> r.group(1).charAt(0) != chosen);
    return others || REJECTING.matcher(clause).find() ? Optional.empty() : Optional.of(chosen);
  }

  private static String clauseAround(String text, int at) {
    int start = at;
    while (start > 0 && at - start < CLAUSE_CHARS && CLAUSE_ENDS.indexOf(text.charAt(start)) < 0) {
      start--;
    }
    int end = at;
    while (end < text.length()
        && end - at < CLAUSE_CHARS
        && CLAUSE_ENDS.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(start, end);
  }

  /** Without LaTeX's signs around a formula. */
  private static String undelimited(String text) {
    return text.replace("\\(", "").replace("\\)", "");
  }

  private static boolean namesLetter(String box) {
    return LONE_LETTER.matcher(box).find();
  }

  private static Optional<Character> none() {
    return Optional.empty();
  }

  private static String lastLine(String response) {
    String tail =
        response.substring(Math.max(0, response.length() - FinalAnswer.ANSWER_CHARS)).strip();
    return tail.substring(tail.lastIndexOf('\n') + 1).strip();
  }

  private static Optional<Character> trailing(String stated) {
    Matcher trailing = TRAILING.matcher(stated);
    String clause = lastClause(stated);
    if (!trailing.matches() || REJECTING.matcher(clause).find()) {
      return Optional.empty();
    }
    String before = stated.substring(0, stated.length() - clause.length());
    boolean othersRejected = REJECTING.matcher(before).find();
    return alone(othersRejected ? clause : stated, trailing.group(1).charAt(0), -1);
  }

  private static String lastClause(String stated) {
    Matcher before = CLAUSE.matcher(stated);
    return before.lookingAt() ? stated.substring(before.end()) : stated;
  }

  private static Optional<Character> letterOnly(String text) {
    if (text.length() > FinalAnswer.ANSWER_CHARS) {
      return Optional.empty();
    }
    Matcher matcher = LETTER_ONLY.matcher(text);
    return matcher.matches() ? Optional.of(upper(matcher.group(1))) : Optional.empty();
  }

  private static Optional<Character> leading(String stated) {
    Matcher first = LEADING.matcher(stated);
    if (!first.matches()) {
      return Optional.empty();
    }
    int group = first.group(1) == null ? 2 : 1;
    return REJECTED.matcher(stated).region(first.end(group), stated.length()).lookingAt()
        ? Optional.empty()
        : alone(stated, upper(first.group(group)), first.end(group));
  }

  /**
   * The letter, unless the statement names another one.
   *
   * @param labelEnd where it ends if the statement opens with it, else -1
   */
  private static Optional<Character> alone(String stated, char letter, int labelEnd) {
    Matcher others = OTHER.matcher(stated);
    while (others.find()) {
      boolean bare = others.group(1) != null;
      if (upper(others.group(bare ? 1 : 2)) != letter
          && !(bare && isOfOption(stated, labelEnd, others.end()))) {
        return Optional.empty();
      }
    }
    return Optional.of(letter);
  }

  /** Whether the letter before {@code end} can only be of the labelled option's text. */
  private static boolean isOfOption(String stated, int labelEnd, int end) {
    if (labelEnd < 0 || end - labelEnd > CLAUSE_CHARS) {
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

  private static Optional<Character> last(Pattern pattern, String response) {
    String tail = response.substring(Math.max(0, response.length() - FinalAnswer.TAIL_CHARS));
    Optional<Character> last = Optional.empty();
    Matcher matcher = pattern.matcher(tail);
    while (matcher.find()) {
      String letter = matcher.group(1);
      last = Optional.of((letter == null ? matcher.group(2) : letter).charAt(0));
    }
    return last;
  }

  private static char upper(String letter) {
    return Character.toUpperCase(letter.charAt(0));
  }
}
