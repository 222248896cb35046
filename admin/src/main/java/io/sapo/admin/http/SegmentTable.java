package io.sapo.admin.http;

import io.sapo.schemas.Credit;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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

  JsonObject json(Credit credit) {
    JsonArray endColumn = new JsonArray();
    JsonArray rewardColumn = new JsonArray();
    JsonArray meanEntropy = new JsonArray();
    JsonArray endEntropy = new JsonArray();
    JsonArray meanLogProb = new JsonArray();
    int from = 0;
    for (int i = 0; i < ends.length; i++) {
      endColumn.add(ends[i]);
      rewardColumn.add(Replies.number(rewards[i]));
      meanEntropy.add(Replies.number(mean(entropies, from, ends[i])));
      endEntropy.add(Replies.number(entropies[ends[i]]));
      meanLogProb.add(Replies.number(mean(logProbs, from, ends[i])));
      from = ends[i] + 1;
    }
    JsonObject table =
        new JsonObject()
            .put("ends", endColumn)
            .put("rewards", rewardColumn)
            .put("meanEntropy", meanEntropy)
            .put("endEntropy", endEntropy)
            .put("meanLogProb", meanLogProb);
    if (credit != null) {
      table.put("creditedBy", credit.getVersion());
      put(table, "advantages", credit.getAdvantages());
      put(table, "values", credit.getValues());
      put(table, "returns", credit.getReturns());
      put(table, "ratios", credit.getRatios());
      put(table, "behaviourRatios", credit.getBehaviourRatios());
    }
    return table;
  }

  private void put(JsonObject table, String name, ByteBuffer packed) {
    if (packed != null) {
      float[] values = PackedArrays.floats(packed);
      require(name, values.length, ends.length);
      table.put(name, TrajectoryView.floats(values));
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
