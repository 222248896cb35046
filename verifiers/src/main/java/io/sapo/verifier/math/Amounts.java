package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Amounts in several units of a kind: 1 hour 30 minutes, 5 ft 6 in, 45 dollars and 50 cents. */
final class Amounts {
  private static final Set<String> JOINING = Set.of("and", ",");

  private Amounts() {}

  /**
   * The sum, in the first unit. Empty where the tokens are anything but whole numbers with known
   * units of a kind, each part less than one of the unit before it.
   */
  static Optional<Answer.Value> read(List<Token> tokens) {
    List<Integer> starts = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).kind() == Token.Kind.NUMBER) {
        starts.add(i);
      }
    }
    if (starts.size() < 2 || starts.size() > 4 || starts.get(0) != 0) {
      return Optional.empty();
    }
    Rational sum = Rational.ZERO;
    Units first = null;
    Rational before = null;
    for (int i = 0; i < starts.size(); i++) {
      boolean last = i + 1 == starts.size();
      int end = last ? tokens.size() : starts.get(i + 1);
      boolean joined = !last && JOINING.contains(tokens.get(end - 1).text());
      Token number = tokens.get(starts.get(i));
      Units unit =
          Units.read(tokens.subList(starts.get(i) + 1, joined ? end - 1 : end)).orElse(Units.NONE);
      boolean fits =
          unit.known()
              && unit.multiplier().isOne()
              && (last || number.isWholeNumber())
              && (first == null || unit.dimensions().equals(first.dimensions()));
      if (!fits) {
        return Optional.empty();
      }
      Rational part = number.value().times(unit.factor());
      if (before != null && part.compareTo(before) >= 0) {
        return Optional.empty();
      }
      first = first == null ? unit : first;
      before = unit.factor();
      sum = sum.plus(part);
    }
    return Optional.of(new Answer.Value(Fraction.of(sum.times(first.factor().inverse())), first));
  }
}
