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
