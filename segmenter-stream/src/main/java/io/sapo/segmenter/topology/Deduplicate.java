package io.sapo.segmenter.topology;

import java.time.Duration;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Lets each trajectory id pass once within the retention. A record that is read a second time,
 * since committed offsets were lost, is accounted for already and is dropped silently. Comes after
 * the steps that may refuse a record for its content, so that a refused one may be sent again once
 * it is mended.
 */
final class Deduplicate extends Step<Judged> {
  private final Duration retention;
  private RecentIds seen;

  Deduplicate(Duration retention, Counters counters) {
    super(counters);
    this.retention = retention;
  }

  @Override
  public void init(ProcessorContext<byte[], Object> context) {
    super.init(context);
    seen = new RecentIds(context.getStateStore(Nodes.SEEN), retention);
  }

  @Override
  public void process(Record<byte[], Judged> record) {
    Judged judged = record.value();
    String id = judged.trajectory().getTrajectory().getTrajectoryId();
    long now = context().currentSystemTimeMs();
    RecentIds.Sighting sighting = seen.trajectory(id, judged.source(), now);
    if (sighting == RecentIds.Sighting.HERE) {
      return;
    }
    if (sighting == RecentIds.Sighting.ELSEWHERE) {
      refuse(
          judged.source(),
          record.timestamp(),
          Reason.DUPLICATE,
          "trajectory " + id + " was read before");
      return;
    }
    seen.rememberTrajectory(id, judged.source(), now);
    context().forward(record, Nodes.GROUP);
  }
}
