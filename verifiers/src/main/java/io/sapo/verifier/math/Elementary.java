package io.sapo.verifier.math;

import ch.obermuhlner.math.big.BigDecimalMath;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Functions for which the library takes time that grows with a power of the argument (eleven
 * seconds for tanh 3000), or fails on tiny ones: by others that it is quick at.
 */
final class Elementary {
  private static final MathContext MORE =
      new MathContext(Point.DIGITS.getPrecision() + 6, Point.DIGITS.getRoundingMode());
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  /** Decimal places by which a number is moved before its logarithm is taken, at least. */
  private static final int FAR = 20;

  private Elementary() {}

  static BigDecimal sinh(BigDecimal x) {
    if (isSmall(x)) {
      return BigDecimalMath.sinh(x, Point.DIGITS);
    }
    BigDecimal up = BigDecimalMath.exp(x, MORE);
    return up.subtract(BigDecimal.ONE.divide(up, MORE), MORE).divide(TWO, Point.DIGITS);
  }

  static BigDecimal cosh(BigDecimal x) {
    BigDecimal up = BigDecimalMath.exp(x, MORE);
    return up.add(BigDecimal.ONE.divide(up, MORE), MORE).divide(TWO, Point.DIGITS);
  }

  static BigDecimal tanh(BigDecimal x) {
    if (isSmall(x)) {
      return BigDecimalMath.tanh(x, Point.DIGITS);
    }
    BigDecimal down = BigDecimalMath.exp(x.abs().multiply(TWO, MORE).negate(), MORE);
    BigDecimal size =
        BigDecimal.ONE.subtract(down, MORE).divide(BigDecimal.ONE.add(down, MORE), Point.DIGITS);
    return x.signum() < 0 ? size.negate() : size;
  }

  private static boolean isSmall(BigDecimal x) {
    return x.abs().compareTo(BigDecimal.ONE) < 0;
  }

  /** Of a positive number. */
  static BigDecimal ln(BigDecimal x) {
    int magnitude = x.precision() - x.scale();
    if (Math.abs(magnitude) < FAR) {
      return BigDecimalMath.log(x, Point.DIGITS);
    }
    BigDecimal places =
        BigDecimalMath.log(BigDecimal.TEN, MORE).multiply(BigDecimal.valueOf(magnitude), MORE);
    return BigDecimalMath.log(x.movePointLeft(magnitude), MORE).add(places, Point.DIGITS);
  }

  /** Of a positive number. */
  static BigDecimal sqrt(BigDecimal x) {
    return x.sqrt(Point.DIGITS);
  }
}
