package io.sapo.standalone.replay;

import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.topology.Resegmenter;
import io.sapo.verifier.Verifiers;
import java.util.function.UnaryOperator;

/** Encoded records of the segments topic, cut anew. */
public final class Resegmentation implements UnaryOperator<byte[]> {
  private final Topics topics;
  private final Resegmenter segmenter;
  private long records;
  private long changed;

  public Resegmentation(Topics topics, SegmentationStrategy strategy, Verifiers verifiers) {
    this.topics = topics;
    this.segmenter = new Resegmenter(topics, strategy, verifiers);
  }

  @Override
  public byte[] apply(byte[] value) {
    SegmentedTrajectory recorded = topics.segments().codec().decode(value);
    SegmentedTrajectory anew = segmenter.cut(recorded);
    records++;
    changed += anew.getSegmentEnds().equals(recorded.getSegmentEnds()) ? 0 : 1;
    return topics.segments().codec().encode(anew);
  }

  public long records() {
    return records;
  }

  /** Those whose segments end elsewhere than recorded. */
  public long changed() {
    return changed;
  }
}
