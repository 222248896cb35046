package io.sapo.admin.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sapo.schemas.Credit;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The segments of one trajectory, as columns with one row a segment. */
final class SegmentTable {
  private final int[] ends;
  private final double[] rewards;
  private final float[] entropies;
  private final float[] logProbs;

  /**
   * @throws IllegalArgumentException when the arrays' lengths disagree or the ends are no partition
   */
  SegmentTable(SegmentedTrajectory record) {
    Trajectory trajectory = record.getTrajectory();
    ends = PackedArrays.ints(record.getSegmentEnds());
    rewards = PackedArrays.doubles(record.getSegmentRewards());
    entropies = PackedArrays.floats(trajectory.getEntropies());
    logProbs = PackedArrays.floats(trajectory.getLogProbs());
    int tokens = PackedArrays.count(trajectory.getResponseTokens(), Integer.BYTES);
    require("entropies", entropies.length, tokens);
    require("log-probabilities", logProbs.length, tokens);
    require("token ends", PackedArrays.count(trajectory.getTokenCharEnds(), Integer.BYTES), tokens);
    require("segment rewards", rewards.length, ends.length);
    int previous = -1;
    for (int end : ends) {
      if (end <= previous || end >= tokens) {
        throw new IllegalArgumentException("segment end " + end + " after " + previous);
      }
      previous = end;
    }
    require("tokens in segments", previous + 1, tokens);
  }

  private static void require(String what, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(found + " " + what + ", expected " + expected);
    }
  }

  /**
   * @param credit what the update made of the segments; null when none is known
   * @throws IllegalArgumentException when its arrays have other lengths
   */
  void write(JsonGenerator json, Credit credit) throws IOException {
    double[] meanEntropy = new double[ends.length];
    double[] endEntropy = new double[ends.length];
    double[] meanLogProb = new double[ends.length];
    int from = 0;
    for (int i = 0; i < ends.length; i++) {
      meanEntropy[i] = mean(entropies, from, ends[i]);
      endEntropy[i] = entropies[ends[i]];
      meanLogProb[i] = mean(logProbs, from, ends[i]);
      from = ends[i] + 1;
    }
    JsonText.column(json, "ends", ends);
    JsonText.column(json, "rewards", rewards);
    JsonText.column(json, "meanEntropy", meanEntropy);
    JsonText.column(json, "endEntropy", endEntropy);
    JsonText.column(json, "meanLogProb", meanLogProb);
    if (credit != null) {
      json.writeNumberField("creditedBy", credit.getVersion());
      column(json, "advantages", credit.getAdvantages());
      column(json, "values", credit.getValues());
      column(json, "returns", credit.getReturns());
      column(json, "ratios", credit.getRatios());
      column(json, "behaviourRatios", credit.getBehaviourRatios());
    }
  }

  private void column(JsonGenerator json, String name, ByteBuffer packed) throws IOException {
    if (packed != null) {
      float[] values = PackedArrays.floats(packed);
      require(name, values.length, ends.length);
      JsonText.column(json, name, values);
    }
  }

  private static double mean(float[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i <= to; i++) {
      sum += values[i];
    }
    return sum / (to - from + 1);
  }
}
