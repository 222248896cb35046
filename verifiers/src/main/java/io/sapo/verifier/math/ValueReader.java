package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;

/** Reads one value: an expression, and the units or what is counted behind it. */
final class ValueReader {
  private final AnswerReader reader;
  private final Reading reading;
  private final boolean lowerSign;
  private final Budget budget;

  /**
   * @param reader of the entries of matrices
   * @param lowerSign whether ± is taken as minus
   */
  ValueReader(AnswerReader reader, Reading reading, boolean lowerSign, Budget budget) {
    this.reader = reader;
    this.reading = reading;
    this.lowerSign = lowerSign;
    this.budget = budget;
  }

  /** A number in a base, a calculation with matrices, or an expression with units behind it. */
  Answer value(List<Token> tokens) throws UnreadableException {
    Answer based = Bases.read(tokens, budget);
    if (based != null) {
      return based;
    }
    if (tokens.stream().anyMatch(token -> token.text().startsWith("begin "))) {
      return new MatrixReader(reader, budget).read(tokens);
    }
    ExpressionParser parser = parser(reading.letterUnits() ? withLetterUnits(tokens) : tokens);
    Fraction value = parser.parse();
    if (tokens.get(0).kind() == Token.Kind.NAME
        && tokens.get(0).inText()
        && !parser.rest().isEmpty()
        && parser.rest().size() == tokens.size() - 1) {
      throw new UnreadableException("its first letter is a word");
    }
    Units units =
        Units.read(parser.rest())
            .orElseThrow(
                () -> new UnreadableException("'" + Tokens.text(parser.rest()) + "' stands in it"));
    return new Answer.Value(
        value.times(Fraction.of(units.multiplier()), budget), units.withoutMultiplier());
  }

  /** The tokens as one expression without units. */
  Fraction fraction(List<Token> tokens) throws UnreadableException {
    ExpressionParser parser = parser(tokens);
    Fraction value = parser.parse();
    if (!parser.rest().isEmpty()) {
      throw new UnreadableException("'" + Tokens.text(parser.rest()) + "' stands in it");
    }
    return value;
  }

  private ExpressionParser parser(List<Token> tokens) {
    return new ExpressionParser(tokens, reading.tightProducts(), lowerSign, budget);
  }

  private static List<Token> withLetterUnits(List<Token> tokens) {
    List<Token> marked = new ArrayList<>(tokens);
    for (int i = 1; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.kind() == Token.Kind.NAME
          && token.spaced()
          && tokens.get(i - 1).kind() == Token.Kind.NUMBER
          && UnitTable.isKnown(token.text())) {
        marked.set(i, new Token(Token.Kind.WORD, token.text(), null, true, true));
      }
    }
    return marked;
  }
}
