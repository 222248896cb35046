package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What monomials are made of: a prime (under a root), a constant, a variable, or a function of
 * arguments that nothing simpler was found for.
 *
 * @param name of a variable or function; the digits of a prime
 * @param key tells apart what is not written alike
 */
record Atom(Kind kind, String name, List<Fraction> arguments, String key)
    implements Comparable<Atom> {
  enum Kind {
    PRIME,
    IMAGINARY,
    CONSTANT,
    INFINITY,
    VARIABLE,
    CALL
  }

  static final Atom I = constant(Kind.IMAGINARY, "i");
  static final Atom PI = constant(Kind.CONSTANT, "π");
  static final Atom E = constant(Kind.CONSTANT, "e");

  /** The degree sign: π/180 where it is a number, nothing where it is a unit. */
  static final Atom DEGREE = constant(Kind.CONSTANT, "°");

  /** The percent sign: 1/100, or nothing. */
  static final Atom PERCENT = constant(Kind.CONSTANT, "%");

  static final Atom INFINITY = constant(Kind.INFINITY, "∞");

  private static Atom constant(Kind kind, String name) {
    return new Atom(kind, name, List.of(), name);
  }

  static Atom prime(int prime) {
    return new Atom(Kind.PRIME, Integer.toString(prime), List.of(), "#" + prime);
  }

  static Atom variable(String name) {
    return new Atom(Kind.VARIABLE, name, List.of(), "'" + name);
  }

  static Atom call(String name, List<Fraction> arguments) {
    return new Atom(
        Kind.CALL,
        name,
        List.copyOf(arguments),
        arguments.stream().map(Fraction::key).collect(Collectors.joining(",", name + "(", ")")));
  }

  BigInteger prime() {
    return new BigInteger(name);
  }

  /** Whether it is a positive real number whatever else holds. */
  boolean isPositive() {
    return kind == Kind.PRIME
        || kind == Kind.CONSTANT
        || kind == Kind.CALL && name.equals("factorial") && arguments.get(0).isRational();
  }

  @Override
  public int compareTo(Atom other) {
    return key.compareTo(other.key);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Atom atom && atom.key.equals(key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public String toString() {
    return kind == Kind.CALL
        ? arguments.stream()
            .map(Fraction::toString)
            .collect(Collectors.joining(", ", name + "(", ")"))
        : name;
  }
}
