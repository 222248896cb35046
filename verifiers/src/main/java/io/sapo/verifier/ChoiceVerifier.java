package io.sapo.verifier;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Multiple choice: the letter in the last box or after the last answer mark, else the one that the
 * last line comes to, else the last letter in parentheses. A letter counts where it stands for a
 * choice, not as a word of a sentence. An answer that names two choices names none.
 */
public final class ChoiceVerifier implements Verifier {
  private static final Pattern LETTER_ONLY =
      Pattern.compile("[\\s(*\\[$]*+" + StatedChoice.STYLE + "([A-Za-z])[\\s)*\\].:}$]*+");

  /**
   * Where no answer is marked: the correct option is C, option B is correct. It is looked for in a
   * long text, in which Java's word boundary would go back over all accents in a row at each.
   */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i:(?<!\\w)(?:option|choice)(?:\\s++is\\s*+:?|\\s*+:))[\\s*$(]*+([A-Z])(?![A-Za-z])"
              + "|(?i:(?<!\\w)(?:option|choice)\\s++)[*$(]*+([A-Z]|(?<=\\()[a-z](?=\\)))[)*$]*+\\s++is\\s++(?:the\\s++)?(?:correct|right)(?!\\w)");

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
    String found = FinalAnswer.boxedOrMarked(response).orElse("the last letter chosen");
    String why = verdict.correct() ? "the same letter" : "another letter";
    return new Explanation(verdict, found, chosen.get().toString(), expected, why);
  }

  private char expected(String reference) {
    return letterOnly(FinalAnswer.boxedOrMarked(reference).orElse(reference))
        .orElseThrow(
            () -> new ReferenceAnswerException(name(), reference, "one letter, such as B"));
  }

  private static Optional<Character> chosen(String response) {
    Optional<String> boxed = FinalAnswer.finalBox(response).map(ChoiceVerifier::plain);
    Optional<String> marked = FinalAnswer.marked(response).map(ChoiceVerifier::plain);
    // A box of a formula is none of a choice.
    boolean formula = boxed.isPresent() && marked.isPresent() && !namesLetter(boxed.get());
    Optional<String> stated = formula ? marked : boxed.or(() -> marked);
    String last = lastLine(response);
    String line = plain(last);
    if (stated.isPresent()) {
      Optional<Character> letter = StatedChoice.of(stated.get());
      // Behind "the answer is 12" the last line may say which option that is.
      return letter.isPresent() || namesLetter(stated.get()) ? letter : StatedChoice.atEnd(line);
    }
    boolean whole = last.length() == response.strip().length();
    return letterOnly(line)
        .or(() -> whole ? StatedChoice.of(line) : StatedChoice.atEnd(line))
        .or(() -> StatedChoice.calledCorrect(line, response))
        .or(() -> StatedChoice.boldLabel(line, response))
        .or(() -> last(NAMED, response))
        .or(() -> LISTED.matcher(line).find() ? Optional.empty() : lastInParentheses(response));
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
    return others || StatedChoice.rejects(clause) ? Optional.empty() : Optional.of(chosen);
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

  /** Without LaTeX's signs around a formula and what only decorates. */
  private static String plain(String text) {
    return Markup.plain(text.replace("\\(", "").replace("\\)", ""));
  }

  private static boolean namesLetter(String box) {
    return LONE_LETTER.matcher(box).find();
  }

  private static String lastLine(String response) {
    String tail =
        response.substring(Math.max(0, response.length() - FinalAnswer.ANSWER_CHARS)).strip();
    return tail.substring(tail.lastIndexOf('\n') + 1).strip();
  }

  private static Optional<Character> letterOnly(String text) {
    if (text.length() > FinalAnswer.ANSWER_CHARS) {
      return Optional.empty();
    }
    Matcher matcher = LETTER_ONLY.matcher(text);
    return matcher.matches() ? Optional.of(StatedChoice.upper(matcher.group(1))) : Optional.empty();
  }

  private static Optional<Character> last(Pattern pattern, String response) {
    String tail = response.substring(Math.max(0, response.length() - FinalAnswer.TAIL_CHARS));
    Optional<Character> last = Optional.empty();
    Matcher matcher = pattern.matcher(tail);
    while (matcher.find()) {
      String letter = matcher.group(1);
      last = Optional.of(StatedChoice.upper(letter == null ? matcher.group(2) : letter));
    }
    return last;
  }
}
