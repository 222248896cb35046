package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.sapo.admin.SyntheticRecords;
import io.sapo.admin.config.Limits;
import io.sapo.admin.run.RunState;
import io.sapo.admin.run.TrajectoryEntry;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topics;
import io.sapo.schemas.VersionRun;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class TrajectoryViewTest {
  /** Of text and of what writing numbers leaves behind; as a tree it is more than 600. */
  private static final int MOST_BYTES_OF_TOKEN = 400;

  private final RunState run = new RunState(new Topics("sapo"), Limits.defaults());
  private final JsonObject judging = new JsonObject().put("judging", "kept");

  private TrajectoryEntry entry(SegmentedTrajectory record) {
    run.apply(
        new ConsumerRecord<>(
            run.topics().segments().name(),
            0,
            3,
            null,
            run.topics().segments().codec().encode(record)));
    return run.trajectories().get(record.getTrajectory().getTrajectoryId()).orElseThrow();
  }

  @Test
  void aNumberThatIsNoneIsNull() {
    SegmentedTrajectory record = new SyntheticRecords().segmented("t", "so it is 5", 1, true);
    float[] logProbs = PackedArrays.floats(record.getTrajectory().getLogProbs());
    logProbs[0] = Float.NaN;
    record.getTrajectory().setLogProbs(PackedArrays.pack(logProbs));
    record.getTrajectory().setLossMask(ByteBuffer.wrap(new byte[logProbs.length]));
    JsonObject whole =
        TrajectoryView.whole(record, entry(record), null, run, judging).toJsonObject();
    JsonObject tokens = whole.getJsonObject("perToken");
    assertThat(tokens.getJsonArray("logProbs").getValue(0)).isNull();
    assertThat(tokens.getJsonArray("logProbs").getFloat(1)).isEqualTo(logProbs[1]);
    assertThat(tokens.getJsonArray("mask")).hasSize(logProbs.length).containsOnly(0);
    JsonArray ends = whole.getJsonObject("perSegment").getJsonArray("ends");
    assertThat(ends.getInteger(ends.size() - 1)).isEqualTo(logProbs.length - 1);
    assertThat(whole.getJsonObject("perSegment").getJsonArray("meanLogProb").getValue(0)).isNull();
    assertThat(whole.getString("response")).isEqualTo("so it is 5");
    assertThat(whole.getString("judging")).isEqualTo("kept");
  }

  @Test
  void aRecordThatContradictsItselfIsNotShown() {
    SegmentedTrajectory record = new SyntheticRecords().segmented("t", "so it is 5", 1, true);
    TrajectoryEntry entry = entry(record);
    record.setSegmentRewards(PackedArrays.pack(new double[1_000]));
    assertThatThrownBy(() -> TrajectoryView.whole(record, entry, null, run, judging))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("1000 segment rewards");
  }

  @Test
  void asManyVersionsAsTokensAreWrittenInLittleMoreThanTheirText() {
    SegmentedTrajectory record = new SyntheticRecords().segmented("t", "so it is 5", 1, true);
    TrajectoryEntry entry = entry(record);
    List<VersionRun> versions = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      versions.add(new VersionRun((long) i, 1));
    }
    record.getTrajectory().setVersions(versions);
    TrajectoryView.whole(record, entry, null, run, judging);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Buffer text = TrajectoryView.whole(record, entry, null, run, judging);
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(text.toJsonObject().getJsonArray("versions").getJsonObject(99_999))
        .isEqualTo(new JsonObject().put("version", 99_999).put("tokens", 1));
    assertThat(taken).isLessThan(120L * versions.size());
  }

  /** As a tree of numbers, one of a million tokens took a quarter of a gigabyte. */
  @Test
  void aLongOneIsWrittenInLittleMoreThanItsText() {
    SegmentedTrajectory record =
        new SyntheticRecords().segmented("t", "abc ".repeat(100_000), 1, true);
    TrajectoryEntry entry = entry(record);
    TrajectoryView.whole(record, entry, null, run, judging);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Buffer text = TrajectoryView.whole(record, entry, null, run, judging);
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    int tokens = entry.sampled().tokens();
    assertThat(text.length()).isGreaterThan(20 * tokens);
    assertThat(taken).isLessThan((long) MOST_BYTES_OF_TOKEN * tokens);
  }
}
