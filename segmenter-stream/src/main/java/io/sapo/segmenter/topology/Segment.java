package io.sapo.segmenter.topology;

import java.util.List;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Cuts and judges; see {@link TrajectorySegmenter}. What waits for judges outside the stream goes
 * to {@link Judging} instead.
 */
final class Segment extends Step<Accepted> {
  private final TrajectorySegmenter segmenter;

  Segment(TrajectorySegmenter segmenter, Counters counters) {
    super(counters);
    this.segmenter = segmenter;
  }

  @Override
  public void process(Record<byte[], Accepted> record) {
    Accepted accepted = record.value();
    try {
      Cut cut = segmenter.cut(accepted);
      if (!segmenter.judges(accepted.trajectory()).isEmpty()) {
        context().forward(record.withValue(new Unjudged(accepted, cut)), Nodes.JUDGING);
        return;
      }
      Judged judged = new Judged(accepted.source(), segmenter.segment(accepted, cut, List.of()));
      context().forward(record.withValue(judged), Nodes.DEDUPLICATE);
    } catch (RefusedException e) {
      refuse(accepted.source(), record.timestamp(), e.reason(), e.getMessage());
    }
  }
}
