package io.sapo.verifier.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Named functions: exact where a table or arithmetic gives it, else left as they stand. Those of
 * angles are in {@link Trigonometry}, those of whole numbers in {@link WholeNumbers}.
 */
final class Functions {
  private static final Set<String> OTHER =
      Set.of(
          "arcsin",
          "arccos",
          "arctan",
          "sinh",
          "cosh",
          "tanh",
          "ln",
          "abs",
          "floor",
          "ceil",
          "gcd",
          "lcm",
          "min",
          "max",
          "factorial",
          "binom");
  private static final int MAX_WHOLE_DIGITS = 18;
  private static final int DECIMALS = 35;

  private final Budget budget;

  Functions(Budget budget) {
    this.budget = budget;
  }

  Fraction call(String name, Fraction... arguments) throws UnreadableException {
    budget.spend(20);
    if (Trigonometry.NAMES.contains(name)) {
      return new Trigonometry(budget).call(name, arguments[0]);
    }
    if (name.equals("cis")) {
      Fraction turned = call("sin", arguments).times(Fraction.of(Atom.I), budget);
      return call("cos", arguments).plus(turned, budget);
    }
    if (name.equals("permutations")) {
      return call("binom", arguments).times(call("factorial", arguments[1]), budget);
    }
    if (!OTHER.contains(name)) {
      throw new UnreadableException("it calls " + name);
    }
    if (name.equals("ln")) {
      return logarithm(arguments[0]);
    }
    if (name.equals("abs") && arguments[0].isRational()) {
      return Fraction.of(arguments[0].rational().abs());
    }
    if (name.equals("abs")) {
      return absolute(arguments[0]);
    }
    if (name.equals("floor") || name.equals("ceil")) {
      return wholeNumber(name.equals("floor"), arguments[0]);
    }
    for (Fraction argument : arguments) {
      if (!argument.isRational()) {
        return left(name, arguments);
      }
    }
    return new WholeNumbers(budget).call(name, arguments);
  }

  Fraction logarithm(Fraction base, Fraction argument) throws UnreadableException {
    return logarithm(argument).over(logarithm(base), budget);
  }

  private Fraction left(String name, Fraction... arguments) throws UnreadableException {
    return left(name, budget, arguments);
  }

  /** The call as it stands, where no value is known. */
  static Fraction left(String name, Budget budget, Fraction... arguments)
      throws UnreadableException {
    for (Fraction argument : arguments) {
      budget.spend(argument.key().length() / 8);
    }
    return Fraction.of(Atom.call(name, List.of(arguments)));
  }

  /** |x| of a constant is x or −x, whichever is not negative. */
  private Fraction absolute(Fraction argument) throws UnreadableException {
    if (!argument.isConstant() || argument.mentions(Atom.Kind.IMAGINARY)) {
      return modulus(argument);
    }
    return new Equivalence(budget).sign(argument) < 0 ? argument.negate(budget) : argument;
  }

  /** √(a² + b²) where a and b of a + bi are rational, else left as it stands. */
  private Fraction modulus(Fraction argument) throws UnreadableException {
    Rational real = Rational.ZERO;
    Rational imaginary = Rational.ZERO;
    if (argument.denominator() != Polynomial.ONE) {
      return left("abs", argument);
    }
    for (Map.Entry<Monomial, Rational> term : argument.numerator().terms().entrySet()) {
      Map<Atom, Rational> powers = term.getKey().powers();
      if (powers.isEmpty()) {
        real = term.getValue();
      } else if (powers.size() == 1 && powers.containsKey(Atom.I)) {
        imaginary = term.getValue();
      } else {
        return left("abs", argument);
      }
    }
    Rational square = real.times(real).plus(imaginary.times(imaginary));
    return new Powers(budget).root(Fraction.of(budget.checked(square)), Fraction.of(2));
  }

  /** Of a real constant that is no rational number, by its decimals. */
  private Fraction wholeNumber(boolean down, Fraction argument) throws UnreadableException {
    if (!argument.isConstant() || argument.mentions(Atom.Kind.IMAGINARY)) {
      return left(down ? "floor" : "ceil", argument);
    }
    Rational value = argument.isRational() ? argument.rational() : Rational.of(decimal(argument));
    BigInteger below = value.floor();
    BigInteger above = value.negate().floor().negate();
    return Fraction.of(Rational.of(down ? below : above));
  }

  /** Without the last places, in which rounding errors are. */
  private BigDecimal decimal(Fraction constant) throws UnreadableException {
    BigDecimal value = new Point(Map.of(), budget).real(constant);
    if (value.precision() - value.scale() > MAX_WHOLE_DIGITS) {
      throw new UnreadableException("a whole number in it is too large");
    }
    return value.setScale(DECIMALS, RoundingMode.HALF_EVEN);
  }

  /** Sums over the primes of a rational number, over the factors of a positive monomial. */
  private Fraction logarithm(Fraction argument) throws UnreadableException {
    if (argument.numerator().isZero()) {
      throw new UnreadableException("zero has no logarithm");
    }
    if (argument.denominator() != Polynomial.ONE || !argument.numerator().isSingle()) {
      return left("ln", argument);
    }
    Monomial monomial = argument.numerator().terms().firstKey();
    Rational coefficient = argument.numerator().terms().get(monomial);
    if (coefficient.signum() < 0
        || !monomial.powers().keySet().stream().allMatch(Atom::isPositive)) {
      return left("ln", argument);
    }
    Fraction sum =
        logarithm(coefficient.numerator()).minus(logarithm(coefficient.denominator()), budget);
    for (Map.Entry<Atom, Rational> power : monomial.powers().entrySet()) {
      Atom atom = power.getKey();
      Fraction ln = atom.equals(Atom.E) ? Fraction.ONE : left("ln", constant(atom));
      sum = sum.plus(ln.times(Fraction.of(power.getValue()), budget), budget);
    }
    return sum;
  }

  private static Fraction constant(Atom atom) {
    return atom.kind() == Atom.Kind.PRIME
        ? Fraction.of(Rational.of(atom.prime()))
        : Fraction.of(atom);
  }

  private Fraction logarithm(BigInteger positive) throws UnreadableException {
    Primes.Factors factors = Primes.factor(positive, budget);
    Fraction sum = Fraction.ZERO;
    for (Map.Entry<Integer, Integer> power : factors.powers().entrySet()) {
      Fraction ln = left("ln", Fraction.of(power.getKey()));
      sum = sum.plus(ln.times(Fraction.of(power.getValue()), budget), budget);
    }
    return factors.rest().equals(BigInteger.ONE)
        ? sum
        : sum.plus(left("ln", Fraction.of(Rational.of(factors.rest()))), budget);
  }
}
