package io.sapo.standalone.inspect;

import io.sapo.schemas.Credit;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One segment of a trajectory, for people.
 *
 * @param entropy of its last token, in nats; what made it end there under the entropy strategy
 * @param value null, like the next two, where the update did not compute it
 */
public record SegmentRow(
    int index,
    int tokens,
    double reward,
    double entropy,
    Double value,
    Double advantage,
    Double ratio,
    String text) {

  static List<SegmentRow> of(SegmentedTrajectory segmented, Optional<Credit> credit) {
    Trajectory trajectory = segmented.getTrajectory();
    int[] ends = PackedArrays.ints(segmented.getSegmentEnds());
    double[] rewards = PackedArrays.doubles(segmented.getSegmentRewards());
    float[] entropies = PackedArrays.floats(trajectory.getEntropies());
    int[] charEnds = PackedArrays.ints(trajectory.getTokenCharEnds());
    float[] values = floats(credit.map(Credit::getValues));
    float[] advantages = floats(credit.map(Credit::getAdvantages));
    float[] ratios = floats(credit.map(Credit::getRatios));
    List<SegmentRow> rows = new ArrayList<>();
    int token = 0;
    int character = 0;
    for (int m = 0; m < ends.length; m++) {
      int last = ends[m];
      rows.add(
          new SegmentRow(
              m,
              last - token + 1,
              rewards[m],
              entropies[last],
              at(values, m),
              at(advantages, m),
              at(ratios, m),
              trajectory.getResponseText().substring(character, charEnds[last])));
      token = last + 1;
      character = charEnds[last];
    }
    return rows;
  }

  private static float[] floats(Optional<ByteBuffer> packed) {
    return packed.map(PackedArrays::floats).orElse(new float[0]);
  }

  private static Double at(float[] values, int index) {
    return index < values.length ? (double) values[index] : null;
  }
}
