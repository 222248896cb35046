package io.sapo.standalone.experiment;

import io.sapo.learner.algorithm.ValueReading;
import io.sapo.producer.chain.ChainSolution;
import io.sapo.producer.figures.FigureChain;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Advantages of segments against whether the step that each ends in was right. */
final class CreditTruth {
  private static final double[] QUANTILES = {0.5, 0.2, 0.1, 0.05};
  private static final double LARGE = 0.1;

  /**
   * @param correlation of Â with the step's being right, over all segments
   * @param within the same after each response's own mean is taken away from both; NaN where all
   *     segments of a response get the same
   * @param lift by q of 0.5, 0.2, 0.1, 0.05: P(|V_t − V_{t+1}| in its top tenth | entropy in its
   *     top q) over P of the same; empty unless every token is a segment with a value
   * @param fall {@link ValueFall} over the last quarter of the updates; null in results of earlier
   *     releases, NaN without a critic
   */
  record Summary(double correlation, double within, List<Double> lift, Double fall) {}

  private final Moments all = new Moments();
  private final Moments within = new Moments();
  private final ValueFall fall;
  private final List<double[]> jumps = new ArrayList<>();
  private long right;
  private long steps;

  /**
   * @param reading where values were read
   */
  CreditTruth(ValueReading reading) {
    fall = new ValueFall(reading);
  }

  /** Sums for a correlation. */
  private static final class Moments {
    private long n;
    private double x;
    private double y;
    private double xx;
    private double yy;
    private double xy;

    void add(double a, double b) {
      n++;
      x += a;
      y += b;
      xx += a * a;
      yy += b * b;
      xy += a * b;
    }

    double correlation() {
      double sx = xx - x * x / n;
      double sy = yy - y * y / n;
      return n > 1 && sx > 1e-9 * n && sy > 1e-9 * n
          ? (xy - x * y / n) / Math.sqrt(sx * sy)
          : Double.NaN;
    }
  }

  /**
   * @param counts whether its steps count for {@link #stepsRight} and its values for the fall
   * @param advantages by segment
   * @param values by segment; null without a critic
   */
  void add(SegmentedTrajectory record, boolean counts, float[] advantages, float[] values) {
    List<ChainSolution.Line> lines = judged(record.getTrajectory());
    if (counts) {
      steps += lines.size();
      right += lines.stream().filter(ChainSolution.Line::right).count();
    }
    int[] ends = PackedArrays.ints(record.getSegmentEnds());
    if (ends.length != advantages.length) {
      return;
    }
    int[] charEnds = PackedArrays.ints(record.getTrajectory().getTokenCharEnds());
    correlate(lines, ends, charEnds, advantages);
    if (counts && values != null) {
      fall.add(lines, record.getTrajectory().getResponseText(), ends, charEnds, values);
    }
    if (values != null && ends.length == charEnds.length) {
      float[] entropies = PackedArrays.floats(record.getTrajectory().getEntropies());
      for (int t = 0; t + 1 < values.length; t++) {
        jumps.add(new double[] {entropies[t], Math.abs(values[t] - values[t + 1])});
      }
    }
  }

  private static List<ChainSolution.Line> judged(Trajectory trajectory) {
    String prompt = trajectory.getPrompt();
    String chain =
        trajectory.getPictures().stream()
            .filter(picture -> picture.getBytes() != null)
            .findFirst()
            .flatMap(picture -> FigureChain.spelledOut(prompt, bytes(picture.getBytes())))
            .orElse(prompt);
    return ChainSolution.judged(chain, trajectory.getResponseText());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private void correlate(
      List<ChainSolution.Line> lines, int[] ends, int[] charEnds, float[] advantages) {
    double[] truth = new double[ends.length];
    int line = 0;
    int judged = 0;
    for (int m = 0; m < ends.length; m++) {
      while (line < lines.size() && lines.get(line).charEnd() < charEnds[ends[m]]) {
        line++;
      }
      if (line < lines.size()) {
        truth[judged++] = lines.get(line).right() ? 1 : 0;
      }
    }
    double meanTruth = Arrays.stream(truth, 0, judged).average().orElse(0);
    double meanAdvantage = 0;
    for (int m = 0; m < judged; m++) {
      meanAdvantage += advantages[m] / judged;
    }
    for (int m = 0; m < judged; m++) {
      all.add(advantages[m], truth[m]);
      within.add(advantages[m] - meanAdvantage, truth[m] - meanTruth);
    }
  }

  double stepsRight() {
    return steps == 0 ? Double.NaN : (double) right / steps;
  }

  Summary summary() {
    return new Summary(all.correlation(), within.correlation(), lift(), fall.atWrongSteps());
  }

  private List<Double> lift() {
    if (jumps.isEmpty()) {
      return List.of();
    }
    double large = upper(1, LARGE);
    double overall = share(Double.NEGATIVE_INFINITY, large);
    List<Double> lift = new ArrayList<>();
    for (double q : QUANTILES) {
      lift.add(share(upper(0, q), large) / overall);
    }
    return lift;
  }

  private double upper(int column, double share) {
    double[] sorted = jumps.stream().mapToDouble(jump -> jump[column]).sorted().toArray();
    return sorted[(int) Math.min(sorted.length - 1L, Math.round((1 - share) * sorted.length))];
  }

  private double share(double leastEntropy, double leastJump) {
    long of = 0;
    long among = 0;
    for (double[] jump : jumps) {
      if (jump[0] >= leastEntropy) {
        among++;
        of += jump[1] >= leastJump ? 1 : 0;
      }
    }
    return (double) of / among;
  }
}
