package io.sapo.verifier.math;

/** What one comparison may cost, in units of a short addition; not thread-safe. */
final class Budget {
  /** Largest number written out, some 2,400 decimal digits. */
  static final int MAX_BITS = 8192;

  private static final int WHOLE = 80_000;

  private long left = WHOLE;

  void spend(long units) throws UnreadableException {
    left -= units;
    if (left < 0) {
      throw new UnreadableException("it takes too much calculation");
    }
  }

  /** Charges for a number just made. */
  Rational checked(Rational value) throws UnreadableException {
    int bits = value.bits();
    if (bits > MAX_BITS) {
      throw new UnreadableException("a number in it has too many digits");
    }
    long words = bits / 64;
    spend(1 + words + words * words / 64);
    return value;
  }
}
