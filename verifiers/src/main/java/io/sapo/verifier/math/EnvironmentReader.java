package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads what stands between \begin and \end: matrices, functions in pieces, rows. */
final class EnvironmentReader {
  private static final Set<String> MATRICES =
      Set.of("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "smallmatrix", "array");
  private static final Set<String> ROWS = Set.of("cases", "aligned", "align", "gathered");

  private final AnswerReader reader;
  private final Budget budget;

  EnvironmentReader(AnswerReader reader, Budget budget) {
    this.reader = reader;
    this.budget = budget;
  }

  Answer read(String name, List<Token> inner) throws UnreadableException {
    if (name.equals("cases") && inner.stream().anyMatch(token -> token.isSign("&"))) {
      return new PiecesReader(reader).read(inner);
    }
    if (ROWS.contains(name)) {
      List<Token> joined = new ArrayList<>();
      for (Token token : inner) {
        if (!token.isSign("&")) {
          joined.add(token.isSign("\\\\") ? Token.sign(",", true) : token);
        }
      }
      return reader.read(joined);
    }
    if (!MATRICES.contains(name)) {
      throw new UnreadableException("'" + name + "' stands in it");
    }
    List<List<Answer>> rows = new ArrayList<>();
    for (Tokens.Piece row : Tokens.split(inner, Set.of("\\\\"))) {
      if (!row.tokens().isEmpty()) {
        rows.add(row(row.tokens()));
      }
    }
    if (rows.isEmpty() || rows.stream().anyMatch(row -> row.size() != rows.get(0).size())) {
      throw new UnreadableException("its rows differ in length");
    }
    if (rows.size() == 1 && rows.get(0).size() == 1) {
      return rows.get(0).get(0);
    }
    Answer.Matrix matrix = new Answer.Matrix(rows);
    return name.equals("vmatrix") ? new Matrices(budget).determinant(matrix) : matrix;
  }

  private List<Answer> row(List<Token> tokens) throws UnreadableException {
    List<Answer> row = new ArrayList<>();
    for (Tokens.Piece entry : Tokens.split(tokens, Set.of("&"))) {
      if (entry.tokens().isEmpty() || row.size() >= AnswerReader.MAX_ITEMS) {
        throw new UnreadableException("an entry of a matrix is missing, or too many are there");
      }
      row.add(reader.read(entry.tokens()));
    }
    return row;
  }
}
