package io.sapo.learner.commit;

import io.sapo.learner.algorithm.Ragged;
import io.sapo.learner.fold.SegmentCredits;
import io.sapo.learner.input.TrainingExample;
import io.sapo.schemas.Credit;
import io.sapo.schemas.PackedArrays;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The credits of an update as records, one a trajectory. */
public final class CreditRecords {

  private CreditRecords() {}

  /**
   * @param examples the batch, in its order
   * @param credits null where the whole update was skipped: nothing was credited then
   */
  public static List<Credit> of(
      long version, List<TrainingExample> examples, SegmentCredits credits) {
    List<Credit> records = new ArrayList<>(examples.size());
    if (credits == null) {
      return records;
    }
    for (int row = 0; row < examples.size(); row++) {
      TrainingExample example = examples.get(row);
      records.add(
          Credit.newBuilder()
              .setTrajectoryId(example.origin().trajectoryId())
              .setVersion(version)
              .setValues(packed(credits.values(), credits.segments(), row, example))
              .setAdvantages(packed(credits.advantages(), credits.segments(), row, example))
              .setReturns(packed(credits.returns(), credits.segments(), row, example))
              .setRatios(packed(credits.ratios(), credits.segments(), row, example))
              .setBehaviourRatios(
                  packed(credits.behaviourRatios(), credits.segments(), row, example))
              .build());
    }
    return records;
  }

  /** One element for each segment of the record; NaN for those without a trained token. */
  private static ByteBuffer packed(
      double[] bySegment, Ragged segments, int row, TrainingExample example) {
    if (bySegment == null) {
      return null;
    }
    float[] values = new float[example.trained().recordSegments()];
    Arrays.fill(values, Float.NaN);
    for (int i = 0; i < segments.length(row); i++) {
      values[example.trained().segmentIndices()[i]] = (float) bySegment[segments.start(row) + i];
    }
    return PackedArrays.pack(values);
  }
}
