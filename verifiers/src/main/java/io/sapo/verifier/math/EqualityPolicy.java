package io.sapo.verifier.math;

/**
 * What counts as equal where fields differ; docs/verifiers.md has an example of each.
 *
 * @param units of a reference that has one: whether the answer may leave it out
 * @param percent what 25 and 0.25 are to 25 %
 * @param decimals whether a decimal may stand for what it is rounded from
 * @param lists whether the order of a list counts
 */
public record EqualityPolicy(Units units, Percent percent, Decimals decimals, Lists lists) {
  public static final EqualityPolicy DEFAULT =
      new EqualityPolicy(Units.OPTIONAL, Percent.EITHER, Decimals.EXACT, Lists.UNORDERED);

  /** Of units of measurement; a noun may always be missing. */
  public enum Units {
    OPTIONAL,
    REQUIRED
  }

  /** Where only one of the two bears the sign. */
  public enum Percent {
    /** 25 and 0.25 are both 25 %. */
    EITHER,
    /** The sign may be left out: 25. */
    SIGN,
    /** The sign is calculated with: 0.25. */
    VALUE
  }

  /** Of one number of at least three significant digits. */
  public enum Decimals {
    EXACT,
    ROUNDED
  }

  /** Of answers with commas between them and no brackets. */
  public enum Lists {
    UNORDERED,
    ORDERED
  }
}
