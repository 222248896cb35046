package io.sapo.verifier.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Named functions: exact where a table or arithmetic gives it, else left as they stand. */
final class Functions {
  static final Set<String> TRIGONOMETRIC = Set.of("sin", "cos", "tan", "cot", "sec", "csc");
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
  private static final int MAX_FACTORIAL = 500;
  private static final int MAX_WHOLE_DIGITS = 18;
  private static final int DECIMALS = 35;

  private final Budget budget;

  Functions(Budget budget) {
    this.budget = budget;
  }

  Fraction call(String name, Fraction... arguments) throws UnreadableException {
    budget.spend(20);
    if (TRIGONOMETRIC.contains(name)) {
      return trigonometric(name, radians(arguments[0]));
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
    return arithmetic(name, arguments);
  }

  Fraction logarithm(Fraction base, Fraction argument) throws UnreadableException {
    return logarithm(argument).over(logarithm(base), budget);
  }

  private Fraction left(String name, Fraction... arguments) throws UnreadableException {
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

  private Fraction arithmetic(String name, Fraction... arguments) throws UnreadableException {
    Rational first = arguments[0].rational();
    return switch (name) {
      case "factorial" -> factorial(first);
      case "binom" -> binomial(first, arguments[1].rational());
      case "gcd" -> folded(BigInteger::gcd, arguments);
      case "lcm" -> folded(Functions::leastMultiple, arguments);
      case "min" -> extreme(-1, arguments);
      case "max" -> extreme(1, arguments);
      default -> left(name, arguments);
    };
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

  private Fraction factorial(Rational n) throws UnreadableException {
    if (!n.isInteger() || n.signum() < 0) {
      throw new UnreadableException("there is no factorial of " + n);
    }
    if (!n.isIntegerWithin(MAX_FACTORIAL)) {
      return left("factorial", Fraction.of(n));
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
      Fraction orders = left("factorial", Fraction.of(k));
      orders = orders.times(left("factorial", Fraction.of(others)), budget);
      return left("factorial", Fraction.of(n)).over(orders, budget);
    }
    if (!n.isIntegerWithin(100_000) || !k.isIntegerWithin(MAX_FACTORIAL) || n.signum() < 0) {
      return left("binom", Fraction.of(n), Fraction.of(k));
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

  private Fraction radians(Fraction angle) throws UnreadableException {
    return Substitution.replace(angle, Atom.DEGREE, Substitution.DEGREE_IN_RADIANS, budget);
  }

  private Fraction trigonometric(String name, Fraction angle) throws UnreadableException {
    return switch (name) {
      case "sin" -> sine(angle);
      case "cos" -> sine(angle.plus(pi(1, 2), budget));
      case "tan" -> sine(angle).over(trigonometric("cos", angle), budget);
      case "cot" -> trigonometric("cos", angle).over(sine(angle), budget);
      case "sec" -> Fraction.ONE.over(trigonometric("cos", angle), budget);
      default -> Fraction.ONE.over(sine(angle), budget);
    };
  }

  private Fraction pi(long top, long bottom) throws UnreadableException {
    Rational share = Rational.of(BigInteger.valueOf(top), BigInteger.valueOf(bottom));
    return Fraction.of(Atom.PI).times(Fraction.of(share), budget);
  }

  private Fraction sine(Fraction angle) throws UnreadableException {
    Fraction turns = angle.over(Fraction.of(Atom.PI), budget);
    if (!turns.isRational()) {
      return left("sin", angle);
    }
    // In twelfths of π, taken into the first quarter.
    Rational twelfths = turns.rational().times(Rational.of(12));
    if (!twelfths.isInteger()) {
      return left("sin", angle);
    }
    int n = twelfths.numerator().mod(BigInteger.valueOf(24)).intValueExact();
    boolean negative = n > 12;
    n = negative ? n - 12 : n;
    n = n > 6 ? 12 - n : n;
    Fraction value = firstQuarter(n);
    return negative ? value.negate(budget) : value;
  }

  /** sin(n·π/12) for n = 0…6. */
  private Fraction firstQuarter(int n) throws UnreadableException {
    return switch (n) {
      case 0 -> Fraction.ZERO;
      case 1 -> quarterOf(root(6).minus(root(2), budget));
      case 2 -> Fraction.of(Rational.of(BigInteger.ONE, BigInteger.TWO));
      case 3 -> quarterOf(root(2).plus(root(2), budget));
      case 4 -> quarterOf(root(3).plus(root(3), budget));
      case 5 -> quarterOf(root(6).plus(root(2), budget));
      default -> Fraction.ONE;
    };
  }

  private Fraction root(int n) throws UnreadableException {
    return new Powers(budget).root(Fraction.of(n), Fraction.of(2));
  }

  private Fraction quarterOf(Fraction value) throws UnreadableException {
    return value.over(Fraction.of(4), budget);
  }
}
