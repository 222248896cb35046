package io.sapo.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Python's numbers: {@code Long} and {@code BigInteger} as one type, {@code Double}, booleans. */
final class PyNumbers {
  private static final int MAX_BITS = 8_192;

  private PyNumbers() {}

  static boolean isNumber(Object value) {
    return value instanceof Number || value instanceof Boolean;
  }

  static boolean isInteger(Object value) {
    return isNumber(value) && !(value instanceof Double);
  }

  /** A Long where it fits. */
  static Object normal(BigInteger value) {
    if (value.bitLength() > MAX_BITS) {
      throw new JinjaException(
          JinjaException.Kind.LIMIT, "the template makes an integer of more than 8192 bits");
    }
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  static BigInteger big(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? BigInteger.ONE : BigInteger.ZERO;
    }
    return value instanceof BigInteger big ? big : BigInteger.valueOf(((Number) value).longValue());
  }

  static double real(Object value) {
    return value instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) value).doubleValue();
  }

  static int compare(Object left, Object right) {
    if (isInteger(left) && isInteger(right)) {
      return big(left).compareTo(big(right));
    }
    double a = real(left);
    double b = real(right);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  static Object calculate(String operator, Object left, Object right) {
    if (isInteger(left) && isInteger(right)) {
      return integers(operator, big(left), big(right));
    }
    double a = real(left);
    double b = real(right);
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / nonZero(b);
      case "//" -> floorDivide(a, nonZero(b));
      case "%" -> floorModulo(a, nonZero(b));
      default -> Math.pow(a, b);
    };
  }

  /** From the remainder, which is exact: 1.0 // 0.1 is 9.0. */
  private static double floorDivide(double a, double b) {
    double quotient = (a - floorModulo(a, b)) / b;
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static double floorModulo(double a, double b) {
    double rest = a % b;
    return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
  }

  private static Object integers(String operator, BigInteger a, BigInteger b) {
    return switch (operator) {
      case "+" -> normal(a.add(b));
      case "-" -> normal(a.subtract(b));
      case "*" -> normal(a.multiply(b));
      case "/" -> a.doubleValue() / nonZero(b.doubleValue());
      case "//" -> normal(floorDivide(a, b));
      case "%" -> normal(a.subtract(floorDivide(a, b).multiply(b)));
      default -> power(a, b);
    };
  }

  private static Object power(BigInteger a, BigInteger b) {
    if (b.signum() < 0) {
      return Math.pow(nonZero(a.doubleValue()), b.doubleValue());
    }
    if (a.abs().compareTo(BigInteger.ONE) > 0 && b.bitLength() > 13
        || (long) a.bitLength() * b.intValue() > 2L * MAX_BITS) {
      throw new JinjaException(
          JinjaException.Kind.LIMIT, "the template makes an integer of more than 8192 bits");
    }
    return normal(a.pow(b.bitLength() > 13 ? b.testBit(0) ? 1 : 2 : b.intValue()));
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      throw JinjaException.value("division by zero");
    }
    BigInteger[] parts = a.divideAndRemainder(b);
    boolean below = parts[1].signum() != 0 && parts[1].signum() != b.signum();
    return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static double nonZero(double divisor) {
    if (divisor == 0) {
      throw JinjaException.value("division by zero");
    }
    return divisor;
  }

  /** {@code round(value, digits)}: half to even on the exact binary value. */
  static Object round(Object value, int digits) {
    if (isInteger(value)) {
      return digits >= 0
          ? normal(big(value))
          : normal(
              new BigDecimal(big(value))
                  .setScale(Math.max(digits, -400), RoundingMode.HALF_EVEN)
                  .toBigInteger());
    }
    double real = real(value);
    if (!Double.isFinite(real) || digits > 400) {
      return real;
    }
    return new BigDecimal(real)
        .setScale(Math.max(digits, -400), RoundingMode.HALF_EVEN)
        .doubleValue();
  }

  /** The shortest digits that read back as the same number, in Python's notation. */
  static String repr(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= 17; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == value) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return String.format(
        Locale.ROOT,
        "%s%c%se%s%02d",
        value < 0 ? "-" : "",
        digits.charAt(0),
        fraction,
        exponent < 0 ? "-" : "+",
        Math.abs(exponent));
  }
}
