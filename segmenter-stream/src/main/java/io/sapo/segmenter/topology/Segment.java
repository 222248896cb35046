package io.sapo.segmenter.topology;

import org.apache.kafka.streams.processor.api.Record;

/** Cuts and judges; see {@link TrajectorySegmenter}. */
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
      Judged judged = new Judged(accepted.source(), segmenter.segment(accepted));
      context().forward(record.withValue(judged), Nodes.DEDUPLICATE);
    } catch (RefusedException e) {
      refuse(accepted.source(), record.timestamp(), e.reason(), e.getMessage());
    }
  }
}
