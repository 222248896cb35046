package io.sapo.learner.algorithm;

import java.util.Arrays;

/**
 * Rows of unequal length laid one after another in a flat array: row {@code i} holds the elements
 * {@code offsets[i]} (inclusive) to {@code offsets[i + 1]} (exclusive).
 *
 * <p>The offsets are shared, not copied: treat them as immutable.
 *
 * @param offsets ascending, starting at 0, one more than there are rows
 */
public record Ragged(int[] offsets) {

  public Ragged {
    if (offsets.length == 0 || offsets[0] != 0) {
      throw new IllegalArgumentException("offsets of a ragged array must start with 0");
    }
    for (int row = 1; row < offsets.length; row++) {
      if (offsets[row] < offsets[row - 1]) {
        throw new IllegalArgumentException("row " + (row - 1) + " has a negative length");
      }
    }
  }

  public static Ragged ofLengths(int... lengths) {
    int[] offsets = new int[lengths.length + 1];
    for (int row = 0; row < lengths.length; row++) {
      offsets[row + 1] = Math.addExact(offsets[row], lengths[row]);
    }
    return new Ragged(offsets);
  }

  public int rows() {
    return offsets.length - 1;
  }

  public int size() {
    return offsets[offsets.length - 1];
  }

  public int start(int row) {
    return offsets[row];
  }

  public int end(int row) {
    return offsets[row + 1];
  }

  public int length(int row) {
    return offsets[row + 1] - offsets[row];
  }

  /** The shape of the given rows, in the given order. */
  public Ragged select(int[] rows) {
    int[] lengths = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      lengths[i] = length(rows[i]);
    }
    return ofLengths(lengths);
  }

  /** The elements of the given rows, in the given order, as laid out by {@link #select}. */
  public double[] gather(double[] elements, int[] rows) {
    requireSize(elements, "elements");
    int size = 0;
    for (int row : rows) {
      size += length(row);
    }
    double[] gathered = new double[size];
    int to = 0;
    for (int row : rows) {
      System.arraycopy(elements, start(row), gathered, to, length(row));
      to += length(row);
    }
    return gathered;
  }

  /** The elements of the rows that are kept, one after another. */
  public double[] gather(double[] elements, boolean[] kept) {
    requireSize(elements, "elements");
    double[] gathered = new double[size()];
    int to = 0;
    for (int row = 0; row < rows(); row++) {
      if (kept[row]) {
        System.arraycopy(elements, start(row), gathered, to, length(row));
        to += length(row);
      }
    }
    return Arrays.copyOf(gathered, to);
  }

  /** Puts what {@link #gather(double[], boolean[])} took where it was, zero elsewhere. */
  public double[] scatter(double[] gathered, boolean[] kept) {
    double[] elements = new double[size()];
    int from = 0;
    for (int row = 0; row < rows(); row++) {
      if (kept[row]) {
        System.arraycopy(gathered, from, elements, start(row), length(row));
        from += length(row);
      }
    }
    return elements;
  }

  /** One value a row, repeated for each element of the row. */
  public double[] spread(double[] perRow) {
    if (perRow.length != rows()) {
      throw new IllegalArgumentException(perRow.length + " values for " + rows() + " rows");
    }
    double[] spread = new double[size()];
    for (int row = 0; row < perRow.length; row++) {
      Arrays.fill(spread, start(row), end(row), perRow[row]);
    }
    return spread;
  }

  /** Row sums, added from left to right. */
  public double[] sums(double[] elements) {
    requireSize(elements, "elements");
    double[] sums = new double[rows()];
    for (int row = 0; row < sums.length; row++) {
      double sum = 0;
      for (int i = start(row); i < end(row); i++) {
        sum += elements[i];
      }
      sums[row] = sum;
    }
    return sums;
  }

  void requireSize(double[] elements, String name) {
    if (elements.length != size()) {
      throw new IllegalArgumentException(
          name + " has " + elements.length + " elements where the rows hold " + size());
    }
  }
}
