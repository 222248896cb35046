package io.sapo.segmenter.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Trajectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
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
    byte[] bytes = codec.encode(trajectory.build());
    for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
      bytes = changed(bytes);
    }
    return bytes;
  }

  private byte[] changed(byte[] bytes) {
    // The marker and fingerprint are ten bytes; most damage shall get past them.
    int at = random.nextInt(20) == 0 ? random.nextInt(bytes.length) : later(bytes.length);
    switch (random.nextInt(6)) {
      case 0:
        return Arrays.copyOf(bytes, at);
      case 1:
        byte[] cut = new byte[bytes.length - 1];
        System.arraycopy(bytes, 0, cut, 0, at);
        System.arraycopy(bytes, at + 1, cut, at, cut.length - at);
        return cut;
      case 2:
        byte[] grown = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, grown, 0, at);
        grown[at] = (byte) random.nextInt();
        System.arraycopy(bytes, at, grown, at + 1, bytes.length - at);
        return grown;
      case 3:
        bytes[at] = (byte) 0xFF;
        return bytes;
      case 4:
        bytes[at] = (byte) random.nextInt();
        return bytes;
      default:
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }
  }

  private int later(int length) {
    return length <= 11 ? random.nextInt(length) : 10 + random.nextInt(length - 10);
  }
}
