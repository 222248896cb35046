package io.sapo.segmenter.cut;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The written form of strategies. */
final class StrategySyntax {
  private static final Pattern CALL = Pattern.compile("([a-z]+)(?:\\(([0-9.,%e\\- ]{1,40})\\))?");

  private StrategySyntax() {}

  static SegmentationStrategy parse(String text) {
    Matcher parts = CALL.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!parts.matches()) {
      throw unknown(text);
    }
    String arguments = parts.group(2);
    try {
      return switch (parts.group(1)) {
        case "entropy" -> entropy(arguments);
        case "probability" -> probability(text, arguments);
        case "newline" -> withoutArguments(text, arguments, new NewlineStrategy());
        case "step" -> withoutArguments(text, arguments, new StepStrategy());
        default -> throw unknown(text);
      };
    } catch (NumberFormatException e) {
      throw unknown(text);
    }
  }

  private static SegmentationStrategy entropy(String percent) {
    return new EntropyStrategy(
        percent == null
            ? EntropyStrategy.DEFAULT_PERCENT
            : Double.parseDouble(percent.strip().replaceFirst("%$", "")));
  }

  private static SegmentationStrategy probability(String text, String arguments) {
    if (arguments == null) {
      return new ProbabilityStrategy(
          ProbabilityStrategy.DEFAULT_BELOW, ProbabilityStrategy.DEFAULT_EVERY);
    }
    String[] both = arguments.split(",", -1);
    if (both.length != 2) {
      throw unknown(text);
    }
    return new ProbabilityStrategy(
        Double.parseDouble(both[0].strip()), Integer.parseInt(both[1].strip()));
  }

  private static SegmentationStrategy withoutArguments(
      String text, String arguments, SegmentationStrategy strategy) {
    if (arguments != null) {
      throw unknown(text);
    }
    return strategy;
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "segmentation strategy '"
            + text
            + "' is none of entropy(PERCENT%), newline, step, probability(BELOW,EVERY)");
  }

  /** A number without a needless fraction: 30, 12.5. */
  static String shortest(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
