package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;

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
    List<List<Answer>> rows = new ArrayList<>();
    for (List<Fraction> row : fractions(matrix)) {
      List<Answer> scaled = new ArrayList<>();
      for (Fraction entry : row) {
        scaled.add(new Answer.Value(entry.times(factor, budget), AnswerReader.noUnits()));
      }
      rows.add(scaled);
    }
    return new Answer.Matrix(rows);
  }

  Answer determinant(Answer.Matrix matrix) throws UnreadableException {
    List<List<Fraction>> rows = fractions(matrix);
    if (rows.size() != rows.get(0).size() || rows.size() > MAX_DETERMINANT) {
      throw new UnreadableException("it has no determinant, or a large one");
    }
    return new Answer.Value(determinant(rows), AnswerReader.noUnits());
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
