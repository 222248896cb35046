package io.sapo.producer.chain;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Steps of a chain. */
public record Lengths(int fewest, int most) {
  private static final Pattern SPEC = Pattern.compile("(\\w+)\\((\\d{1,2})-(\\d{1,2})\\)");
  private static final Lengths DEFAULT = new Lengths(3, 10);

  public Lengths {
    if (fewest < 1 || most < fewest || most > Chain.MOST_STEPS) {
      throw new IllegalArgumentException(
          "a chain has 1 to %d steps, the fewest first; got %d-%d"
              .formatted(Chain.MOST_STEPS, fewest, most));
    }
  }

  /**
   * Reads {@code chain} (3 to 10 steps) or {@code chain(5-8)}.
   *
   * @return empty where the text names something else
   */
  public static Optional<Lengths> parse(String text) {
    return text.equals(ChainTaskSource.NAME)
        ? Optional.of(DEFAULT)
        : parse(ChainTaskSource.NAME, text);
  }

  /**
   * Reads {@code name(5-8)}.
   *
   * @return empty where the text names something else
   */
  public static Optional<Lengths> parse(String name, String text) {
    Matcher matcher = SPEC.matcher(text);
    return matcher.matches() && matcher.group(1).equals(name)
        ? Optional.of(
            new Lengths(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3))))
        : Optional.empty();
  }
}
