package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A union of intervals with real ends, in normal form: ascending, none touching another.
 *
 * @param intervals each not empty
 */
record RealSet(List<Interval> intervals) {
  /** Infinite ends are open. */
  record Interval(End low, boolean lowClosed, End high, boolean highClosed) {
    @Override
    public String toString() {
      return (lowClosed ? "[" : "(") + low + ", " + high + (highClosed ? "]" : ")");
    }
  }

  /**
   * @param infinity −1 or 1 where it is infinite
   * @param value where it is finite
   */
  record End(int infinity, Fraction value) {
    static final End LOWEST = new End(-1, null);
    static final End HIGHEST = new End(1, null);

    static End of(Fraction value, Budget budget) throws UnreadableException {
      Fraction infinity = Fraction.of(Atom.INFINITY);
      if (value.equals(infinity)) {
        return HIGHEST;
      }
      if (value.equals(infinity.negate(budget))) {
        return LOWEST;
      }
      if (!value.isConstant() || value.mentions(Atom.Kind.IMAGINARY)) {
        throw new UnreadableException("an end of an interval is no real number");
      }
      return new End(0, value);
    }

    int compare(End other, Budget budget) throws UnreadableException {
      if (infinity != 0 || other.infinity != 0) {
        return Integer.compare(infinity, other.infinity);
      }
      return new Equivalence(budget).sign(value.minus(other.value, budget));
    }

    @Override
    public String toString() {
      return infinity == 0 ? value.toString() : infinity < 0 ? "−∞" : "∞";
    }
  }

  private static final int MAX_INTERVALS = 40;

  static final RealSet EMPTY = new RealSet(List.of());
  static final RealSet ALL =
      new RealSet(List.of(new Interval(End.LOWEST, false, End.HIGHEST, false)));

  static RealSet interval(End low, boolean lowClosed, End high, boolean highClosed, Budget budget)
      throws UnreadableException {
    int order = low.compare(high, budget);
    boolean lowIn = lowClosed && low.infinity == 0;
    boolean highIn = highClosed && high.infinity == 0;
    if (order > 0 || order == 0 && !(lowIn && highIn)) {
      return EMPTY;
    }
    return new RealSet(List.of(new Interval(low, lowIn, high, highIn)));
  }

  RealSet union(RealSet other, Budget budget) throws UnreadableException {
    List<Interval> all = new ArrayList<>(intervals);
    all.addAll(other.intervals);
    if (all.size() > MAX_INTERVALS) {
      throw new UnreadableException("it has too many intervals");
    }
    sort(all, budget);
    List<Interval> union = new ArrayList<>();
    for (Interval next : all) {
      Interval last = union.isEmpty() ? null : union.get(union.size() - 1);
      if (last != null && touch(last, next, budget)) {
        union.set(union.size() - 1, joined(last, next, budget));
      } else {
        union.add(next);
      }
    }
    return new RealSet(union);
  }

  private static void sort(List<Interval> intervals, Budget budget) throws UnreadableException {
    for (int i = 1; i < intervals.size(); i++) {
      for (int j = i; j > 0 && before(intervals.get(j), intervals.get(j - 1), budget); j--) {
        Interval moved = intervals.get(j);
        intervals.set(j, intervals.get(j - 1));
        intervals.set(j - 1, moved);
      }
    }
  }

  private static boolean before(Interval a, Interval b, Budget budget) throws UnreadableException {
    int order = a.low.compare(b.low, budget);
    return order < 0 || order == 0 && a.lowClosed && !b.lowClosed;
  }

  private static boolean touch(Interval a, Interval b, Budget budget) throws UnreadableException {
    int order = b.low.compare(a.high, budget);
    return order < 0 || order == 0 && (a.highClosed || b.lowClosed);
  }

  private static Interval joined(Interval a, Interval b, Budget budget) throws UnreadableException {
    int order = a.high.compare(b.high, budget);
    End high = order >= 0 ? a.high : b.high;
    boolean closed =
        order > 0 ? a.highClosed : order < 0 ? b.highClosed : a.highClosed || b.highClosed;
    return new Interval(a.low, a.lowClosed, high, closed);
  }

  RealSet complement(Budget budget) throws UnreadableException {
    RealSet gaps = EMPTY;
    End low = End.LOWEST;
    boolean closed = false;
    for (Interval interval : intervals) {
      gaps = gaps.union(interval(low, closed, interval.low, !interval.lowClosed, budget), budget);
      low = interval.high;
      closed = !interval.highClosed;
    }
    return gaps.union(interval(low, closed, End.HIGHEST, false, budget), budget);
  }

  RealSet intersection(RealSet other, Budget budget) throws UnreadableException {
    return complement(budget).union(other.complement(budget), budget).complement(budget);
  }

  boolean same(RealSet other, Budget budget) throws UnreadableException {
    if (intervals.size() != other.intervals.size()) {
      return false;
    }
    for (int i = 0; i < intervals.size(); i++) {
      Interval a = intervals.get(i);
      Interval b = other.intervals.get(i);
      if (a.lowClosed != b.lowClosed
          || a.highClosed != b.highClosed
          || !same(a.low, b.low, budget)
          || !same(a.high, b.high, budget)) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(End a, End b, Budget budget) throws UnreadableException {
    return a.infinity == b.infinity
        && (a.infinity != 0 || new Equivalence(budget).same(a.value, b.value));
  }

  @Override
  public String toString() {
    return intervals.isEmpty()
        ? "∅"
        : intervals.stream().map(Interval::toString).collect(Collectors.joining(" ∪ "));
  }
}
