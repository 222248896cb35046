package io.sapo.verifier.math;

import ch.obermuhlner.math.big.BigDecimalMath;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.Map;

/** Real values of expressions, to sixty digits, with a number for each variable. */
final class Point {
  /** A real and an imaginary part, and the sizes of the terms they are the sums of. */
  record Complex(BigDecimal real, BigDecimal imaginary, BigDecimal size) {
    /** Whether nothing but rounding is left of the terms. */
    boolean isZero() {
      BigDecimal least = size.multiply(TINY, DIGITS);
      return real.abs().compareTo(least) <= 0 && imaginary.abs().compareTo(least) <= 0;
    }
  }

  static final MathContext DIGITS = new MathContext(60);
  private static final BigDecimal TINY = BigDecimal.ONE.movePointLeft(42);
  private static final BigDecimal MAX_EXPONENT = BigDecimal.valueOf(3000);
  private static final BigDecimal MAX_ANGLE = BigDecimal.valueOf(1_000_000);
  private static final int COST = 700;

  private final Map<String, BigDecimal> variables;
  private final Map<Atom, BigDecimal> known = new HashMap<>();
  private final Budget budget;

  Point(Map<String, BigDecimal> variables, Budget budget) {
    this.variables = variables;
    this.budget = budget;
  }

  /** The value of a real expression. */
  BigDecimal real(Fraction fraction) throws UnreadableException {
    Complex top = value(fraction.numerator());
    Complex bottom = value(fraction.denominator());
    if (bottom.isZero()) {
      throw new UnreadableException("it divides by zero");
    }
    if (top.imaginary().signum() != 0 || bottom.imaginary().signum() != 0) {
      throw new UnreadableException("it is not real");
    }
    // What is nothing but rounding shall have no sign.
    return top.isZero() ? BigDecimal.ZERO : top.real().divide(bottom.real(), DIGITS);
  }

  Complex value(Polynomial polynomial) throws UnreadableException {
    BigDecimal real = BigDecimal.ZERO;
    BigDecimal imaginary = BigDecimal.ZERO;
    BigDecimal size = BigDecimal.ZERO;
    for (Map.Entry<Monomial, Rational> term : polynomial.terms().entrySet()) {
      BigDecimal value = term.getValue().decimal(DIGITS);
      boolean isImaginary = false;
      for (Map.Entry<Atom, Rational> power : term.getKey().powers().entrySet()) {
        if (power.getKey().kind() == Atom.Kind.IMAGINARY) {
          isImaginary = true;
        } else {
          value = value.multiply(power(power.getKey(), power.getValue()), DIGITS);
        }
      }
      real = isImaginary ? real : real.add(value, DIGITS);
      imaginary = isImaginary ? imaginary.add(value, DIGITS) : imaginary;
      size = size.add(value.abs(), DIGITS);
    }
    return new Complex(real, imaginary, size);
  }

  private BigDecimal power(Atom atom, Rational exponent) throws UnreadableException {
    BigDecimal base = value(atom);
    if (exponent.isIntegerWithin(10_000)) {
      budget.spend(10);
      if (base.signum() == 0 && exponent.signum() < 0) {
        throw new UnreadableException("it divides by zero");
      }
      return bounded(base.pow(exponent.numerator().intValueExact(), DIGITS));
    }
    return power(base, exponent.decimal(DIGITS), exponent);
  }

  private BigDecimal value(Atom atom) throws UnreadableException {
    BigDecimal before = known.get(atom);
    if (before != null) {
      return before;
    }
    BigDecimal value =
        switch (atom.kind()) {
          case PRIME -> new BigDecimal(atom.prime());
          case CONSTANT -> constant(atom);
          case VARIABLE -> variable(atom);
          case CALL -> bounded(call(atom));
          default -> throw new UnreadableException("it is not real");
        };
    known.put(atom, value);
    return value;
  }

  private BigDecimal variable(Atom atom) throws UnreadableException {
    BigDecimal value = variables.get(atom.name());
    if (value == null) {
      throw new UnreadableException(atom.name() + " has no value");
    }
    return value;
  }

  private static BigDecimal constant(Atom atom) {
    BigDecimal pi = BigDecimalMath.pi(DIGITS);
    return switch (atom.name()) {
      case "π" -> pi;
      case "e" -> BigDecimalMath.e(DIGITS);
      case "°" -> pi.divide(BigDecimal.valueOf(180), DIGITS);
      default -> BigDecimal.valueOf(1, 2);
    };
  }

  private BigDecimal call(Atom atom) throws UnreadableException {
    budget.spend(COST);
    BigDecimal x = real(atom.arguments().get(0));
    return switch (atom.name()) {
      case "pow" -> raise(x, atom.arguments().get(1));
      case "sin" -> BigDecimalMath.sin(within(x, MAX_ANGLE), DIGITS);
      case "arcsin" -> BigDecimalMath.asin(within(x, BigDecimal.ONE), DIGITS);
      case "arccos" -> BigDecimalMath.acos(within(x, BigDecimal.ONE), DIGITS);
      case "arctan" -> BigDecimalMath.atan(within(x, MAX_ANGLE), DIGITS);
      case "sinh" -> Elementary.sinh(within(x, MAX_EXPONENT));
      case "cosh" -> Elementary.cosh(within(x, MAX_EXPONENT));
      case "tanh" -> Elementary.tanh(within(x, MAX_EXPONENT));
      case "ln" -> logarithm(x);
      case "abs" -> x.abs();
      default -> whole(atom);
    };
  }

  /** Functions of whole numbers, at a point where the arguments are such. */
  private BigDecimal whole(Atom atom) throws UnreadableException {
    Fraction[] arguments = new Fraction[atom.arguments().size()];
    for (int i = 0; i < arguments.length; i++) {
      BigDecimal value = real(atom.arguments().get(i));
      if (value.abs().compareTo(MAX_ANGLE) > 0 || value.stripTrailingZeros().scale() > 20) {
        throw new UnreadableException(atom.name() + " is of numbers of moderate size");
      }
      arguments[i] = Fraction.of(Rational.of(value));
    }
    Fraction result = new Functions(budget).call(atom.name(), arguments);
    if (!result.isRational()) {
      throw new UnreadableException("the value of " + atom.name() + " is too large");
    }
    return result.rational().decimal(DIGITS);
  }

  private BigDecimal raise(BigDecimal base, Fraction exponent) throws UnreadableException {
    return power(base, real(exponent), exponent.isRational() ? exponent.rational() : null);
  }

  /**
   * @param exact the exponent, where it is known as a fraction
   */
  private BigDecimal power(BigDecimal base, BigDecimal exponent, Rational exact)
      throws UnreadableException {
    budget.spend(COST);
    if (base.signum() == 0) {
      if (exponent.signum() <= 0) {
        throw new UnreadableException("zero has no such power");
      }
      return BigDecimal.ZERO;
    }
    if (base.signum() > 0) {
      return Powers.isSquareRoot(exact)
          ? Elementary.sqrt(base)
          : exponential(exponent.multiply(logarithm(base), DIGITS));
    }
    boolean odd;
    if (exact != null && exact.denominator().testBit(0)) {
      odd = exact.numerator().testBit(0);
    } else if (isWhole(exponent)) {
      odd = exponent.toBigInteger().testBit(0);
    } else {
      throw new UnreadableException("it takes an even root of a negative number");
    }
    BigDecimal size = exponential(exponent.multiply(logarithm(base.negate()), DIGITS));
    return odd ? size.negate() : size;
  }

  private static boolean isWhole(BigDecimal value) {
    return value.abs().compareTo(MAX_ANGLE) < 0
        && value.compareTo(new BigDecimal(value.toBigInteger())) == 0;
  }

  private static BigDecimal exponential(BigDecimal exponent) throws UnreadableException {
    return BigDecimalMath.exp(within(exponent, MAX_EXPONENT), DIGITS);
  }

  private static BigDecimal logarithm(BigDecimal x) throws UnreadableException {
    if (x.signum() <= 0) {
      throw new UnreadableException("there is no logarithm of it");
    }
    return Elementary.ln(bounded(x));
  }

  private static BigDecimal within(BigDecimal x, BigDecimal limit) throws UnreadableException {
    if (x.abs().compareTo(limit) > 0) {
      throw new UnreadableException("an argument in it is out of range");
    }
    return x;
  }

  /** Keeps exponents where the library is quick. */
  private static BigDecimal bounded(BigDecimal x) throws UnreadableException {
    int magnitude = x.precision() - x.scale();
    if (x.signum() != 0 && Math.abs(magnitude) > 3000) {
      throw new UnreadableException("a value in it is out of range");
    }
    return x;
  }
}
