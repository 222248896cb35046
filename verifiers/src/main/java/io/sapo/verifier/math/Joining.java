package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;

/** Puts answers together that stand side by side. */
final class Joining {
  private final Budget budget;

  Joining(Budget budget) {
    this.budget = budget;
  }

  /**
   * Conditions become one set of numbers, anything else a list.
   *
   * @param either whether they are joined by "or"
   */
  Answer join(List<Answer> answers, boolean either) throws UnreadableException {
    List<Answer> items = flattened(answers);
    if (items.stream().noneMatch(Answer.Reals.class::isInstance)) {
      // Alternatives have no order and are no tuple.
      Answer.Many.Kind kind = either ? Answer.Many.Kind.SET : Answer.Many.Kind.LIST;
      return new Answer.Many(kind, "", "", named(items));
    }
    String variable = "";
    List<RealSet> sets = new ArrayList<>();
    for (Answer item : items) {
      String of = variable(item);
      if (!variable.isEmpty() && !of.isEmpty() && !of.equals(variable)) {
        return new Answer.Many(Answer.Many.Kind.LIST, "", "", items);
      }
      variable = of.isEmpty() ? variable : of;
      sets.add(reals(item));
    }
    RealSet both = RealSet.ALL;
    RealSet any = RealSet.EMPTY;
    for (RealSet set : sets) {
      both = both.intersection(set, budget);
      any = any.union(set, budget);
    }
    // "x<1 and x>3" says which parts there are, not that nothing is left.
    return new Answer.Reals(either || both.intervals().isEmpty() ? any : both, variable);
  }

  private static String variable(Answer answer) {
    if (answer instanceof Answer.Reals reals) {
      return reals.variable();
    }
    return answer instanceof Answer.Named named ? named.name() : "";
  }

  static List<Answer> flattened(List<Answer> answers) throws UnreadableException {
    List<Answer> flat = new ArrayList<>();
    for (Answer answer : answers) {
      if (answer instanceof Answer.Many many
          && (many.kind() == Answer.Many.Kind.LIST
              || many.kind() == Answer.Many.Kind.SET && many.open().isEmpty())) {
        flat.addAll(many.items());
      } else {
        flat.add(answer);
      }
    }
    if (flat.size() > AnswerReader.MAX_ITEMS) {
      throw new UnreadableException("it has too many parts");
    }
    return flat;
  }

  /** x = 1, −2 names both. */
  private static List<Answer> named(List<Answer> items) {
    List<Answer> named = new ArrayList<>();
    String name = "";
    for (Answer item : items) {
      if (item instanceof Answer.Named one) {
        name = one.name();
        named.add(item);
      } else {
        named.add(
            name.isEmpty() || !(item instanceof Answer.Value)
                ? item
                : new Answer.Named(name, item, null));
      }
    }
    return named;
  }

  /** An answer as a set of real numbers: an interval, points, a condition. */
  RealSet reals(Answer answer) throws UnreadableException {
    if (answer instanceof Answer.Reals reals) {
      return reals.set();
    }
    if (answer instanceof Answer.Value value) {
      RealSet.End point = RealSet.End.of(value.fraction(), budget);
      return RealSet.interval(point, true, point, true, budget);
    }
    if (answer instanceof Answer.Named named) {
      return reals(named.value());
    }
    if (answer instanceof Answer.Many many) {
      if (many.kind() == Answer.Many.Kind.TUPLE) {
        return interval(many);
      }
      RealSet union = RealSet.EMPTY;
      for (Answer item : many.items()) {
        if (item instanceof Answer.Many set
            && set.kind() == Answer.Many.Kind.SET
            && !set.open().isEmpty()) {
          throw new UnreadableException("it is a set of sets");
        }
        union = union.union(reals(item), budget);
      }
      return union;
    }
    throw new UnreadableException("it is no set of numbers");
  }

  private RealSet interval(Answer.Many tuple) throws UnreadableException {
    if (tuple.items().size() == 2
        && tuple.items().get(0) instanceof Answer.Value low
        && tuple.items().get(1) instanceof Answer.Value high) {
      RealSet.End lowest = RealSet.End.of(low.fraction(), budget);
      RealSet.End highest = RealSet.End.of(high.fraction(), budget);
      boolean lowClosed = tuple.open().equals("[");
      boolean highClosed = tuple.close().equals("]");
      if (lowClosed && lowest.infinity() != 0 || highClosed && highest.infinity() != 0) {
        throw new UnreadableException("it holds infinity");
      }
      RealSet interval = RealSet.interval(lowest, lowClosed, highest, highClosed, budget);
      if (!interval.intervals().isEmpty()) {
        return interval;
      }
    }
    throw new UnreadableException("it is no interval");
  }
}
