package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The little that answers ask of matrices. */
final class Matrices {
  private static final int MAX_DETERMINANT = 4;

  private final Budget budget;

  Matrices(Budget budget) {
    this.budget = budget;
  }

  Answer scaled(Answer matrix, Fraction factor) throws UnreadableException {
    if (matrix instanceof Answer.Value value) {
      return new Answer.Value(value.fraction().times(factor, budget), value.units());
    }
    List<List<Fraction>> rows = new ArrayList<>();
    for (List<Fraction> row : fractions(matrix)) {
      List<Fraction> scaled = new ArrayList<>();
      for (Fraction entry : row) {
        scaled.add(entry.times(factor, budget));
      }
      rows.add(scaled);
    }
    return matrix(rows);
  }

  Answer plus(Answer left, Answer right) throws UnreadableException {
    List<List<Fraction>> a = fractions(left);
    List<List<Fraction>> b = fractions(right);
    if (a.size() != b.size() || a.get(0).size() != b.get(0).size()) {
      throw new UnreadableException("it adds matrices of other sizes");
    }
    List<List<Fraction>> sum = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      List<Fraction> row = new ArrayList<>();
      for (int j = 0; j < a.get(i).size(); j++) {
        row.add(a.get(i).get(j).plus(b.get(i).get(j), budget));
      }
      sum.add(row);
    }
    return matrix(sum);
  }

  Answer times(Answer left, Answer right) throws UnreadableException {
    List<List<Fraction>> a = fractions(left);
    List<List<Fraction>> b = fractions(right);
    if (a.get(0).size() != b.size()) {
      throw new UnreadableException("it multiplies matrices that do not fit");
    }
    List<List<Fraction>> product = new ArrayList<>();
    for (List<Fraction> row : a) {
      List<Fraction> entries = new ArrayList<>();
      for (int j = 0; j < b.get(0).size(); j++) {
        Fraction entry = Fraction.ZERO;
        for (int k = 0; k < b.size(); k++) {
          entry = entry.plus(row.get(k).times(b.get(k).get(j), budget), budget);
        }
        entries.add(entry);
      }
      product.add(entries);
    }
    return matrix(product);
  }

  private static Answer matrix(List<List<Fraction>> rows) {
    List<List<Answer>> matrix = new ArrayList<>();
    for (List<Fraction> row : rows) {
      List<Answer> entries = new ArrayList<>();
      for (Fraction entry : row) {
        entries.add(new Answer.Value(entry, Units.NONE));
      }
      matrix.add(entries);
    }
    return new Answer.Matrix(matrix);
  }

  Answer determinant(Answer.Matrix matrix) throws UnreadableException {
    List<List<Fraction>> rows = fractions(matrix);
    if (rows.size() != rows.get(0).size() || rows.size() > MAX_DETERMINANT) {
      throw new UnreadableException("it has no determinant, or a large one");
    }
    return new Answer.Value(determinant(rows), Units.NONE);
  }

  /** The length of what a T raised behind it transposes: of a matrix or tuple, else 0. */
  static int beforeTransposition(List<Token> tokens) {
    int braces = !tokens.isEmpty() && tokens.get(tokens.size() - 1).isSign("}") ? 1 : 0;
    int end = tokens.size() - 2 - 2 * braces;
    return end > 2
            && tokens.get(end).isSign("^")
            && Set.of("T", "top").contains(tokens.get(end + 1 + braces).text())
            && Tokens.enclosed(tokens.subList(0, end))
        ? end
        : 0;
  }

  static Answer transposed(Answer answer) throws UnreadableException {
    List<List<Answer>> rows;
    if (answer instanceof Answer.Matrix matrix) {
      rows = matrix.rows();
    } else if (answer instanceof Answer.Many many && many.kind() == Answer.Many.Kind.TUPLE) {
      rows = List.of(many.items());
    } else {
      throw new UnreadableException("it transposes what is no matrix");
    }
    List<List<Answer>> columns = new ArrayList<>();
    for (int i = 0; i < rows.get(0).size(); i++) {
      List<Answer> column = new ArrayList<>();
      for (List<Answer> row : rows) {
        column.add(row.get(i));
      }
      columns.add(column);
    }
    return new Answer.Matrix(columns);
  }

  private Fraction determinant(List<List<Fraction>> rows) throws UnreadableException {
    if (rows.size() == 1) {
      return rows.get(0).get(0);
    }
    Fraction sum = Fraction.ZERO;
    for (int column = 0; column < rows.size(); column++) {
      List<List<Fraction>> minor = new ArrayList<>();
      for (List<Fraction> row : rows.subList(1, rows.size())) {
        List<Fraction> rest = new ArrayList<>(row);
        rest.remove(column);
        minor.add(rest);
      }
      Fraction term = rows.get(0).get(column).times(determinant(minor), budget);
      sum = sum.plus(column % 2 == 0 ? term : term.negate(budget), budget);
    }
    return sum;
  }

  private static List<List<Fraction>> fractions(Answer answer) throws UnreadableException {
    if (!(answer instanceof Answer.Matrix matrix)) {
      throw new UnreadableException("it multiplies what is no matrix");
    }
    List<List<Fraction>> rows = new ArrayList<>();
    for (List<Answer> row : matrix.rows()) {
      List<Fraction> entries = new ArrayList<>();
      for (Answer entry : row) {
        if (!(entry instanceof Answer.Value value)) {
          throw new UnreadableException("an entry of a matrix is no number");
        }
        entries.add(value.fraction());
      }
      rows.add(entries);
    }
    return rows;
  }
}
