package io.sapo.segmenter.topology;

import io.sapo.reading.NowReading;
import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.ResponseTokens;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Bytes become a trajectory that satisfies {@link TrajectoryRules}. */
final class Validate extends Step<byte[]> {
  private final RecordCodec<Trajectory> codec;

  Validate(RecordCodec<Trajectory> codec, Counters counters) {
    super(counters);
    this.codec = codec;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    counters().countRead();
    RecordMetadata from =
        context()
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a record read without a position"));
    Source source =
        new Source(record.key(), record.value(), from.topic(), from.partition(), from.offset());
    try {
      Accepted accepted =
          NowReading.during(
              from.topic() + "-" + from.partition() + ", offset " + from.offset(),
              () -> accepted(source, record));
      context().forward(record.withValue(accepted), Nodes.SEGMENT);
    } catch (RecordFormatException e) {
      refuse(source, record.timestamp(), Reason.of(e.kind()), e.getMessage());
    } catch (RefusedException e) {
      refuse(source, record.timestamp(), e.reason(), e.getMessage());
    }
  }

  private Accepted accepted(Source source, Record<byte[], byte[]> record) throws RefusedException {
    DamagedRecords.check(record.headers());
    Trajectory trajectory = codec.decode(record.value());
    ResponseTokens response = TrajectoryRules.check(record.key(), trajectory);
    return new Accepted(source, trajectory, response);
  }
}
