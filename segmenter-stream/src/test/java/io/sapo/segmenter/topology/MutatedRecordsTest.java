package io.sapo.segmenter.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Trajectory;
import io.sapo.testing.Mutations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged records, thousands of them: each comes out exactly once, as a segment or as a dead letter
 * with its own bytes, and none stops the topology. {@code -Dsapo.fuzz.records=100000} runs more,
 * {@code -Dsapo.fuzz.seed=N} others.
 */
class MutatedRecordsTest {
  private static final int RECORDS = Integer.getInteger("sapo.fuzz.records", 3_000);
  private static final long SEED = Long.getLong("sapo.fuzz.seed", 1);
  private static final int BATCH = 500;

  private final RecordCodec<Trajectory> codec = RecordCodec.of(Trajectory.class);
  private final Random random = new Random(SEED);
  private final Mutations mutations = new Mutations(SEED);

  @Test
  void eachComesOutOnce(@TempDir Path stateDir) {
    SortedSet<String> reasons = new TreeSet<>();
    int segmented = 0;
    try (TopologyHarness topology = new TopologyHarness(stateDir)) {
      for (int sent = 0; sent < RECORDS; sent += BATCH) {
        for (int i = sent; i < sent + BATCH; i++) {
          topology.send(Topic.keyBytes("group-of-" + i), mutated(i));
        }
        // Damage may turn a group of one into a larger one, which waits for its deadline.
        topology.pass(TopologyHarness.GROUP_DEADLINE.plus(Duration.ofSeconds(5)));
        List<SegmentedTrajectory> segments = topology.segments();
        List<TestRecord<byte[], byte[]>> deadLetters = topology.deadLetters();
        deadLetters.forEach(refused -> reasons.add(TopologyHarness.reason(refused)));
        segmented += segments.size();

        assertThat(segments.size() + deadLetters.size()).as("seed %d", SEED).isEqualTo(BATCH);
        assertThat(segments).allSatisfy(MutatedRecordsTest::assertSound);
      }
    }
    assertThat(reasons)
        .as("what the damage reached")
        .contains("malformed", "unknown-schema", "not-a-record", "key-mismatch");
    assertThat(segmented).as("some damage is harmless").isPositive();
  }

  private static void assertSound(SegmentedTrajectory out) {
    assertThat(out.getSegmentEnds().remaining()).isPositive();
    assertThat(out.getSegmentRewards().remaining()).isEqualTo(2 * out.getSegmentEnds().remaining());
    assertThat(out.getGroupMean()).isBetween(0.0, 1.0);
  }

  private byte[] mutated(int i) {
    Trajectory.Builder trajectory = SampleTrajectories.right(Integer.toString(i));
    if (random.nextInt(3) == 0) {
      trajectory.setPictures(List.of(SampleTrajectories.inline(SampleTrajectories.picture("png"))));
    }
    return mutations.of(codec.encode(trajectory.build()));
  }
}
