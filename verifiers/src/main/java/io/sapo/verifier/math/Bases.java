package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/** Whole numbers with their base as an index: 1010_2, 1011_{2}, 1A_{16}. */
final class Bases {
  private static final int MAX_DIGITS = 100;

  private Bases() {}

  /** Null where the tokens are no such number. */
  static Answer.Based read(List<Token> tokens, Budget budget) throws UnreadableException {
    int index = -1;
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).isSign("_")) {
        index = i;
        break;
      }
    }
    if (index < 1) {
      return null;
    }
    budget.spend(tokens.size());
    int base = base(tokens.subList(index + 1, tokens.size()));
    List<Token> number = tokens.subList(0, index);
    if (number.get(0).is(Token.Kind.COMMAND, "overline")) {
      number = number.subList(1, number.size());
    }
    if (Tokens.enclosed(number)) {
      number = Tokens.inner(number);
    }
    String digits = Tokens.text(number).toUpperCase(Locale.ROOT);
    boolean numeral =
        number.stream().allMatch(t -> t.isWholeNumber() || t.kind() == Token.Kind.NAME)
            && number.stream().anyMatch(Token::isWholeNumber);
    if (base < 2 || !numeral || digits.length() > MAX_DIGITS) {
      return null;
    }
    for (char digit : digits.toCharArray()) {
      if (Character.digit(digit, base) < 0) {
        throw new UnreadableException(digit + " is no digit in base " + base);
      }
    }
    BigInteger value = new BigInteger(digits, base);
    String plain = digits.replaceFirst("^0+(?=.)", "");
    return new Answer.Based(plain, base, Fraction.of(Rational.of(value)));
  }

  /** Whether one is the digits of the other, which names its base: 1A3 and 1A3_{16}. */
  static boolean sameDigits(List<Token> a, List<Token> b) {
    return isDigitsOf(a, b) || isDigitsOf(b, a);
  }

  private static boolean isDigitsOf(List<Token> bare, List<Token> based) {
    boolean digits =
        bare.size() > 1
            && bare.size() <= MAX_DIGITS
            && bare.stream().allMatch(t -> t.isWholeNumber() || t.kind() == Token.Kind.WORD)
            && bare.stream().anyMatch(Token::isWholeNumber)
            && bare.stream().skip(1).noneMatch(Token::spaced);
    if (!digits || based.stream().noneMatch(token -> token.isSign("_"))) {
      return false;
    }
    try {
      Answer.Based number = read(Vocabulary.told(based), new Budget());
      return number != null && number.digits().equalsIgnoreCase(Tokens.text(bare));
    } catch (UnreadableException e) {
      return false;
    }
  }

  private static int base(List<Token> tokens) {
    List<Token> index = Tokens.enclosed(tokens) ? Tokens.inner(tokens) : tokens;
    if (index.size() != 1) {
      return 0;
    }
    Token token = index.get(0);
    if (token.isWholeNumber() && token.value().isIntegerWithin(36)) {
      return token.value().numerator().intValueExact();
    }
    return token.kind() == Token.Kind.WORD
        ? NumberWords.BELOW_TWENTY.indexOf(token.text().toLowerCase(Locale.ROOT))
        : 0;
  }
}
