package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.function.BinaryOperator;

/**
 * Functions of whole numbers: factorials, binomials, divisors; and the least of several numbers.
 */
final class WholeNumbers {
  private static final int MAX_FACTORIAL = 500;

  private final Budget budget;

  WholeNumbers(Budget budget) {
    this.budget = budget;
  }

  /**
   * @param arguments rational numbers
   */
  Fraction call(String name, Fraction... arguments) throws UnreadableException {
    Rational first = arguments[0].rational();
    return switch (name) {
      case "factorial" -> factorial(first);
      case "binom" -> binomial(first, arguments[1].rational());
      case "gcd" -> folded(BigInteger::gcd, arguments);
      case "lcm" -> folded(WholeNumbers::leastMultiple, arguments);
      case "min" -> extreme(-1, arguments);
      case "max" -> extreme(1, arguments);
      default -> Functions.left(name, budget, arguments);
    };
  }

  private Fraction factorial(Rational n) throws UnreadableException {
    if (!n.isInteger() || n.signum() < 0) {
      throw new UnreadableException("there is no factorial of " + n);
    }
    if (!n.isIntegerWithin(MAX_FACTORIAL)) {
      return Functions.left("factorial", budget, Fraction.of(n));
    }
    Rational product = Rational.ONE;
    for (int i = 2; i <= n.numerator().intValueExact(); i++) {
      product = budget.checked(product.times(Rational.of(i)));
    }
    return Fraction.of(product);
  }

  private Fraction binomial(Rational n, Rational k) throws UnreadableException {
    Rational others = n.plus(k.negate());
    if (k.isInteger()
        && others.isInteger()
        && k.compareTo(Rational.of(MAX_FACTORIAL)) > 0
        && others.compareTo(Rational.of(MAX_FACTORIAL)) > 0) {
      Fraction orders = Functions.left("factorial", budget, Fraction.of(k));
      orders = orders.times(Functions.left("factorial", budget, Fraction.of(others)), budget);
      return Functions.left("factorial", budget, Fraction.of(n)).over(orders, budget);
    }
    if (!n.isIntegerWithin(100_000) || !k.isIntegerWithin(MAX_FACTORIAL) || n.signum() < 0) {
      return Functions.left("binom", budget, Fraction.of(n), Fraction.of(k));
    }
    if (k.signum() < 0) {
      return Fraction.ZERO;
    }
    Rational value = Rational.ONE;
    for (int i = 0; i < k.numerator().intValueExact(); i++) {
      Rational next = n.plus(Rational.of(-i)).times(Rational.of(i + 1).inverse());
      value = budget.checked(value.times(next));
    }
    return Fraction.of(value);
  }

  private Fraction folded(BinaryOperator<BigInteger> operation, Fraction... arguments)
      throws UnreadableException {
    BigInteger value = null;
    for (Fraction argument : arguments) {
      if (!argument.rational().isInteger()) {
        throw new UnreadableException("divisors are of whole numbers");
      }
      BigInteger next = argument.rational().numerator().abs();
      value = value == null ? next : operation.apply(value, next);
      budget.checked(Rational.of(value));
    }
    return Fraction.of(Rational.of(value));
  }

  private static BigInteger leastMultiple(BigInteger a, BigInteger b) {
    return a.signum() == 0 || b.signum() == 0 ? BigInteger.ZERO : a.divide(a.gcd(b)).multiply(b);
  }

  private static Fraction extreme(int side, Fraction... arguments) {
    Rational extreme = arguments[0].rational();
    for (Fraction argument : arguments) {
      if (argument.rational().compareTo(extreme) * side > 0) {
        extreme = argument.rational();
      }
    }
    return Fraction.of(extreme);
  }
}
