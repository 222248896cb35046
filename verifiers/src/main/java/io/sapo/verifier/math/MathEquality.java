package io.sapo.verifier.math;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether two answers mean the same. Stateless; a comparison costs milliseconds at most. */
public final class MathEquality {
  /** Longer ones are not read. */
  public static final int MAX_CHARS = 1000;

  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,30}\\.[0-9]{1,30}");
  private static final Pattern RANGE =
      Pattern.compile("\\s*+[0-9.,]++\\s?+[\u2013\u2014]\\s?+[0-9.,]++\\s*+");

  private static final int LEAST_DIGITS_OF_ROUNDED = 3;

  private final EqualityPolicy policy;
  private final boolean explaining;

  private MathEquality(EqualityPolicy policy, boolean explaining) {
    this.policy = policy;
    this.explaining = explaining;
  }

  /**
   * What a comparison came to.
   *
   * @param answer how the answer was read
   * @param reference how the reference was read
   * @param why in a few words
   */
  public record Comparison(boolean equal, String answer, String reference, String why) {}

  /** Whether they mean the same, by the default policy in docs/verifiers.md. */
  public static boolean same(String answer, String reference) {
    return same(answer, reference, EqualityPolicy.DEFAULT);
  }

  public static boolean same(String answer, String reference, EqualityPolicy policy) {
    return new MathEquality(policy, false).decided(answer, reference).equal();
  }

  /** As {@link #same}, with reasons. */
  public static Comparison compare(String answer, String reference, EqualityPolicy policy) {
    return new MathEquality(policy, true).decided(answer, reference);
  }

  private Comparison decided(String answer, String reference) {
    Comparison exact = compared(answer, reference);
    boolean rounded =
        !exact.equal()
            && policy.decimals() == EqualityPolicy.Decimals.ROUNDED
            && (roundedFrom(answer, reference) || roundedFrom(reference, answer));
    return rounded
        ? new Comparison(true, exact.answer(), exact.reference(), "the same value, rounded")
        : exact;
  }

  /** Whether one is a decimal, and the other rounded to its places. */
  private static boolean roundedFrom(String decimal, String value) {
    String digits = decimal.strip().replace("$", "");
    if (!DECIMAL.matcher(digits).matches()) {
      return false;
    }
    BigDecimal written = new BigDecimal(digits);
    return written.precision() >= LEAST_DIGITS_OF_ROUNDED
        && number(value)
            .filter(exact -> exact.setScale(written.scale(), RoundingMode.HALF_UP).equals(written))
            .isPresent();
  }

  private Comparison compared(String answer, String reference) {
    if (answer.length() > MAX_CHARS || reference.length() > MAX_CHARS) {
      return new Comparison(
          false, "too long", "too long", "one of them is too long to be an answer");
    }
    if (Notation.otherCurrency(answer, reference)) {
      return new Comparison(false, answer, reference, "other currencies");
    }
    Optional<Boolean> lines = Incidence.same(answer, reference);
    if (lines.isPresent()) {
      return new Comparison(lines.get(), answer, reference, "how two lines lie");
    }
    return Moments.same(answer, reference)
        .map(
            same -> new Comparison(same, answer, reference, same ? "the same time" : "other times"))
        .orElseGet(() -> told(Conventions.told(answer, reference), reference));
  }

  private Comparison told(String told, String reference) {
    return plain(Notation.plain(told), Notation.plain(Conventions.told(reference, told)));
  }

  private Comparison plain(String answer, String reference) {
    return written(Phrases.mixed(answer, reference), Phrases.mixed(reference, answer));
  }

  private Comparison written(String answer, String reference) {
    if (answer.isBlank() || reference.isBlank()) {
      return new Comparison(false, answer.strip(), reference.strip(), "one of them is empty");
    }
    try {
      List<Token> given = new Lexer(answer, true).tokens();
      List<Token> expected = new Lexer(reference, true).tokens();
      if (given.isEmpty() || expected.isEmpty()) {
        return new Comparison(false, "", "", "one of them is empty");
      }
      return compare(given, expected, answer, reference);
    } catch (UnreadableException e) {
      boolean alike = answer.strip().equals(reference.strip());
      return new Comparison(alike, answer, reference, alike ? "written alike" : e.getMessage());
    }
  }

  /**
   * The real number that a text says, to sixty digits; a sign of percent or degrees counts as none.
   */
  public static Optional<BigDecimal> number(String text) {
    if (text.isBlank() || text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    String plain = Notation.plain(text);
    String calculation = Reading.calculation(plain);
    Optional<BigDecimal> number = plainNumber(plain);
    return number.isPresent() || calculation.equals(plain) ? number : plainNumber(calculation);
  }

  private static Optional<BigDecimal> plainNumber(String plain) {
    Budget budget = new Budget();
    try {
      List<Token> tokens = Vocabulary.told(new Lexer(plain, true).tokens());
      Answer answer = new AnswerReader(Reading.PLAIN, budget).read(tokens);
      if (answer instanceof Answer.Named named) {
        answer = named.value();
      }
      if (!(answer instanceof Answer.Value value) || !value.fraction().isConstant()) {
        return Optional.empty();
      }
      Fraction bare = Substitution.replace(value.fraction(), Atom.PERCENT, Fraction.ONE, budget);
      bare = Substitution.replace(bare, Atom.DEGREE, Fraction.ONE, budget);
      return Optional.of(new Point(Map.of(), budget).real(bare));
    } catch (UnreadableException e) {
      return Optional.empty();
    }
  }

  private Comparison compare(
      List<Token> given, List<Token> expected, String answer, String reference) {
    if (Tokens.alike(given, expected)
        || Tokens.alike(Vocabulary.told(given), Vocabulary.told(expected))) {
      return new Comparison(true, answer, reference, "written alike");
    }
    if (RANGE.matcher(answer).matches() || RANGE.matcher(reference).matches()) {
      return new Comparison(false, answer, reference, "from one to another number");
    }
    if (isPlainNumber(given, answer) && isPlainNumber(expected, reference)) {
      boolean equal = given.get(0).value().equals(expected.get(0).value());
      return new Comparison(equal, answer, reference, why(equal));
    }
    boolean anyOrder = policy.lists() != EqualityPolicy.Lists.ORDERED;
    if (WrittenAlike.words(given, expected)
        || anyOrder && WrittenAlike.sameItems(given, expected)) {
      return new Comparison(true, answer, reference, "the same words");
    }
    if (Bases.sameDigits(given, expected)) {
      return new Comparison(true, answer, reference, "the same digits");
    }
    if (WrittenAlike.areBareWords(given, expected)) {
      return new Comparison(false, answer, reference, "different words");
    }
    Comparison read = read(set(answer, given), set(reference, expected));
    return read.equal() ? read : labelled(given, expected, read);
  }

  /** A set that is named in words, by its sign. */
  private static String set(String text, List<Token> tokens) {
    return WrittenAlike.saysAllReals(tokens) ? "\\mathbb{R}" : text;
  }

  /** (B) 12 means both B and 12, whichever side says it. */
  private Comparison labelled(List<Token> given, List<Token> expected, Comparison read) {
    Optional<List<Token>> value = ChoiceLabel.withoutLabel(given);
    Optional<List<Token>> expectedValue = ChoiceLabel.withoutLabel(expected);
    if (value.isPresent() == expectedValue.isPresent()) {
      return read;
    }
    List<Token> labelled = value.isPresent() ? given : expected;
    List<Token> other = value.isPresent() ? expected : given;
    if (ChoiceLabel.isChoice(other)) {
      Optional<List<Token>> label = ChoiceLabel.label(labelled);
      return label.isPresent() && ChoiceLabel.sameChoice(label.get(), other)
          ? new Comparison(true, read.answer(), read.reference(), "the letter of the choice")
          : read;
    }
    return read(
        List.of(value.orElse(given)), List.of(expectedValue.orElse(expected)), Reading.PLAIN, read);
  }

  private Comparison read(String answer, String reference) {
    Comparison first = null;
    Budget budget = new Budget();
    for (Reading reading : Reading.all(answer, reference)) {
      List<List<Token>> given = tokens(answer, reading);
      List<List<Token>> expected = tokens(reference, reading);
      Comparison next = read(given, expected, reading, first, budget);
      if (next.equal()) {
        return next;
      }
      first = first == null ? next : first;
    }
    return first;
  }

  private Comparison read(
      List<List<Token>> given, List<List<Token>> expected, Reading reading, Comparison otherwise) {
    Comparison read = read(given, expected, reading, otherwise, new Budget());
    return read.equal() ? read : otherwise;
  }

  private Comparison read(
      List<List<Token>> given,
      List<List<Token>> expected,
      Reading reading,
      Comparison before,
      Budget budget) {
    Comparison last = before;
    for (List<Token> right : expected) {
      for (List<Token> left : given) {
        Comparison next = once(left, right, reading, budget);
        if (next.equal()) {
          return next;
        }
        last = last == null ? next : last;
      }
    }
    return last == null ? new Comparison(false, "", "", "nothing to compare") : last;
  }

  private Comparison once(List<Token> given, List<Token> expected, Reading reading, Budget budget) {
    String answer = "not read";
    String reference = "not read";
    try {
      Answer right = new AnswerReader(reading, budget).read(Vocabulary.told(expected));
      reference = said(right);
      Answer left = new AnswerReader(reading, budget).read(Vocabulary.told(given));
      answer = said(left);
      boolean equal =
          !isNumberCutAtCommas(left, right, reading)
              && !isNumberCutAtCommas(right, left, reading)
              && new Comparer(budget, policy).same(left, right);
      return new Comparison(equal, answer, reference, why(equal));
    } catch (UnreadableException e) {
      return new Comparison(false, answer, reference, e.getMessage());
    }
  }

  /** 111,111 as twice 111. */
  private static boolean isNumberCutAtCommas(Answer list, Answer other, Reading reading) {
    return !reading.thousands()
        && list instanceof Answer.Many many
        && many.kind() == Answer.Many.Kind.LIST
        && other instanceof Answer.Value;
  }

  private static String why(boolean equal) {
    return equal ? "the same value" : "different values";
  }

  /** Whether it is one number that has no other reading. */
  private static boolean isPlainNumber(List<Token> tokens, String text) {
    return tokens.size() == 1 && tokens.get(0).kind() == Token.Kind.NUMBER && text.indexOf(',') < 0;
  }

  private String said(Answer answer) {
    return explaining ? answer.toString() : "";
  }

  /** With commas that separate, either side may still be one number. */
  private static List<List<Token>> tokens(String written, Reading reading) {
    String text = reading.calculations() ? Reading.calculation(written) : written;
    List<List<Token>> tokens = new ArrayList<>();
    try {
      tokens.add(new Lexer(text, reading.thousands()).tokens());
      if (!reading.thousands()) {
        tokens.add(new Lexer(text, true).tokens());
      }
    } catch (UnreadableException e) {
      tokens.clear();
    }
    return tokens;
  }
}
