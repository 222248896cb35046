package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.SortedMap;
import java.util.TreeMap;

/** Factors whole numbers by division with small primes. */
final class Primes {
  private static final int LIMIT = 3000;
  private static final int[] SMALL = sieve();
  private static final BigInteger CERTAIN = BigInteger.valueOf((long) LIMIT * LIMIT);

  /**
   * @param powers exponents of the primes found
   * @param rest what is left: 1, or a number without small factors
   */
  record Factors(SortedMap<Integer, Integer> powers, BigInteger rest) {}

  private Primes() {}

  /**
   * @param value positive
   */
  static Factors factor(BigInteger value, Budget budget) throws UnreadableException {
    SortedMap<Integer, Integer> powers = new TreeMap<>();
    BigInteger rest = value;
    for (int prime : SMALL) {
      if (rest.equals(BigInteger.ONE)) {
        break;
      }
      if (rest.bitLength() < 32 && (long) prime * prime > rest.longValue()) {
        powers.merge(rest.intValueExact(), 1, Integer::sum);
        rest = BigInteger.ONE;
        break;
      }
      BigInteger divisor = BigInteger.valueOf(prime);
      budget.spend(1 + rest.bitLength() / 64);
      for (BigInteger[] parts = rest.divideAndRemainder(divisor);
          parts[1].signum() == 0;
          parts = rest.divideAndRemainder(divisor)) {
        budget.spend(1 + rest.bitLength() / 64);
        powers.merge(prime, 1, Integer::sum);
        rest = parts[0];
      }
    }
    if (rest.compareTo(CERTAIN) < 0 && rest.compareTo(BigInteger.ONE) > 0) {
      powers.merge(rest.intValueExact(), 1, Integer::sum);
      rest = BigInteger.ONE;
    }
    return new Factors(powers, rest);
  }

  private static int[] sieve() {
    return java.util.stream.IntStream.range(2, LIMIT)
        .filter(
            n ->
                java.util.stream.IntStream.rangeClosed(2, (int) Math.sqrt(n))
                    .noneMatch(d -> n % d == 0))
        .toArray();
  }
}
