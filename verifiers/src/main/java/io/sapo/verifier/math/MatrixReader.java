package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads sums and products of matrices and numbers. */
final class MatrixReader {
  private final AnswerReader reader;
  private final Matrices matrices;

  MatrixReader(AnswerReader reader, Budget budget) {
    this.reader = reader;
    this.matrices = new Matrices(budget);
  }

  Answer read(List<Token> tokens) throws UnreadableException {
    Answer sum = null;
    for (Tokens.Piece term : Tokens.split(tokens, Set.of("+", "-"))) {
      if (term.tokens().isEmpty() && term.separator().isEmpty()) {
        continue;
      }
      Answer product = product(term.tokens());
      Answer signed =
          term.separator().equals("-") ? matrices.scaled(product, Fraction.of(-1)) : product;
      sum = sum == null ? signed : matrices.plus(sum, signed);
    }
    if (sum == null) {
      throw new UnreadableException("it is empty");
    }
    return sum;
  }

  private Answer product(List<Token> tokens) throws UnreadableException {
    Answer product = null;
    List<Token> number = new ArrayList<>();
    for (int at = 0; at < tokens.size(); at++) {
      if (!tokens.get(at).text().startsWith("begin ")) {
        number.add(tokens.get(at));
        continue;
      }
      int end = end(tokens, at);
      Answer matrix = reader.read(tokens.subList(at, end));
      Answer scaled = bare(number).isEmpty() ? matrix : scaled(matrix, number);
      product = product == null ? scaled : matrices.times(product, scaled);
      number.clear();
      at = end - 1;
    }
    if (product == null || !number.isEmpty()) {
      throw new UnreadableException("'" + Tokens.text(number) + "' stands in it");
    }
    return product;
  }

  /** Behind the token that closes what the one at the start opens. */
  private static int end(List<Token> tokens, int start) throws UnreadableException {
    int depth = 0;
    for (int at = start; at < tokens.size(); at++) {
      depth += Tokens.change(tokens.get(at));
      if (depth == 0) {
        return at + 1;
      }
    }
    throw new UnreadableException("a matrix does not end");
  }

  private Answer scaled(Answer matrix, List<Token> number) throws UnreadableException {
    return matrices.scaled(matrix, reader.fraction(bare(number)));
  }

  /** Without a sign of multiplication before or behind. */
  private static List<Token> bare(List<Token> number) {
    int start = !number.isEmpty() && number.get(0).isSign("*") ? 1 : 0;
    int end = number.size();
    return end > start && number.get(end - 1).isSign("*")
        ? number.subList(start, end - 1)
        : number.subList(start, end);
  }
}
