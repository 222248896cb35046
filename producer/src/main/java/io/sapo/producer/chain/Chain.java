package io.sapo.producer.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/**
 * A first number and steps that each add or subtract a digit; every result lies in 0 to 99.
 *
 * @param start 1 to 9
 * @param steps −9 to 9, none of them 0
 */
public record Chain(int start, List<Integer> steps) {
  static final int MOST_STEPS = 26;
  static final int MOST = 99;
  static final int MOST_DIGIT = 9;

  public Chain {
    steps = List.copyOf(steps);
  }

  static Chain draw(SplittableRandom random, Lengths lengths) {
    return draw(random, lengths, () -> 1 + random.nextInt(MOST_DIGIT));
  }

  /**
   * @param digits gives the start and what each step adds or subtracts, 1 to 9
   */
  public static Chain draw(SplittableRandom random, Lengths lengths, IntSupplier digits) {
    int count = lengths.fewest() + random.nextInt(lengths.most() - lengths.fewest() + 1);
    int start = digits.getAsInt();
    int value = start;
    List<Integer> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int digit = digits.getAsInt();
      boolean add = value + digit <= MOST && (value < digit || random.nextBoolean());
      steps.add(add ? digit : -digit);
      value += add ? digit : -digit;
    }
    return new Chain(start, steps);
  }

  public int answer() {
    return start + steps.stream().mapToInt(Integer::intValue).sum();
  }

  /** Each step has a letter, by which its line in a solution begins: {@code 7a+5b-3?}. */
  public String prompt() {
    StringBuilder prompt = new StringBuilder().append(start);
    for (int i = 0; i < steps.size(); i++) {
      prompt.append(letter(i)).append(signed(i));
    }
    return prompt.append('?').toString();
  }

  public static char letter(int step) {
    return (char) ('a' + step);
  }

  /** Such as {@code +5}. */
  String signed(int step) {
    int value = steps.get(step);
    return value < 0 ? Integer.toString(value) : "+" + value;
  }

  /** Equal chains have equal fingerprints. */
  public long fingerprint() {
    long code = start;
    for (int step : steps) {
      code = code * 31 + step + 10;
    }
    // Finaliser of SplitMix64, so that nearby codes fall into unrelated classes.
    code = (code ^ (code >>> 30)) * 0xBF58476D1CE4E5B9L;
    code = (code ^ (code >>> 27)) * 0x94D049BB133111EBL;
    return code ^ (code >>> 31);
  }
}
