package io.sapo.producer.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes solutions of chains, {@code a7+5=12}, {@code b12-3=9}, {@code #### 9}, and reads them. */
public final class ChainSolution {
  /** Share of steps that the starting checkpoint learns to get wrong, by one or by ten. */
  public static final double WRONG = 0.1;

  private static final int[] SLIPS = {1, -1, 10, -10};
  private static final Pattern STEP = Pattern.compile("([a-z])(\\d{1,4})([+-]\\d)=(\\d{1,4})");
  private static final Pattern PROMPT = Pattern.compile("(\\d)((?:[a-z][+-]\\d)+)\\?");

  /**
   * A line of a response.
   *
   * @param charEnd offset in the response where it ends, its newline included
   * @param right whether it is the step that was due, taken from the number before it, and true
   */
  public record Line(int charEnd, boolean right) {}

  private ChainSolution() {}

  public static String right(Chain chain) {
    return write(chain, null);
  }

  /** Wrong numbers are carried on faithfully. */
  public static String withMistakes(Chain chain, SplittableRandom random) {
    return write(chain, random);
  }

  private static String write(Chain chain, SplittableRandom mistakes) {
    StringBuilder text = new StringBuilder();
    int value = chain.start();
    for (int i = 0; i < chain.steps().size(); i++) {
      int result = Math.max(0, value + chain.steps().get(i));
      if (mistakes != null && mistakes.nextDouble() < WRONG) {
        result = slipped(result, mistakes);
      }
      text.append(Chain.letter(i)).append(value).append(chain.signed(i));
      text.append('=').append(result).append('\n');
      value = result;
    }
    return text.append("#### ").append(value).toString();
  }

  private static int slipped(int result, SplittableRandom random) {
    while (true) {
      int slipped = result + SLIPS[random.nextInt(SLIPS.length)];
      if (slipped >= 0 && slipped <= Chain.MOST) {
        return slipped;
      }
    }
  }

  /**
   * The lines of a response, each judged by itself: a step that carries on a wrong number is right.
   *
   * @param prompt of the task
   * @return empty where the prompt is no chain's
   */
  public static List<Line> judged(String prompt, String response) {
    Matcher task = PROMPT.matcher(prompt);
    List<Line> lines = new ArrayList<>();
    if (!task.matches()) {
      return lines;
    }
    String value = task.group(1);
    String steps = task.group(2);
    int at = 0;
    int number = 0;
    while (at < response.length()) {
      int newline = response.indexOf('\n', at);
      int end = newline < 0 ? response.length() : newline;
      String line = response.substring(at, end);
      boolean due = 3 * number < steps.length();
      Matcher step = STEP.matcher(line);
      boolean right;
      if (due && step.matches()) {
        right =
            steps.startsWith(step.group(1) + step.group(3), 3 * number)
                && step.group(2).equals(value)
                && Integer.parseInt(step.group(2)) + Integer.parseInt(step.group(3))
                    == Integer.parseInt(step.group(4));
        value = step.group(4);
      } else {
        right = !due && line.equals("#### " + value);
      }
      at = newline < 0 ? end : end + 1;
      lines.add(new Line(at, right));
      number++;
    }
    return lines;
  }
}
