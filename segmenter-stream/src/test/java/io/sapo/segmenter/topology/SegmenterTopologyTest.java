package io.sapo.segmenter.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Trajectory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmenterTopologyTest {
  @TempDir Path stateDir;
  private TopologyHarness topology;

  @BeforeEach
  void start() {
    topology = new TopologyHarness(stateDir);
  }

  @AfterEach
  void stop() {
    topology.close();
  }

  @Test
  void cutsAndJudges() {
    Trajectory trajectory = SampleTrajectories.right("a").build();
    topology.send(trajectory);

    SegmentedTrajectory out = topology.segments().get(0);
    assertThat(out.getTrajectory()).isEqualTo(trajectory);
    assertThat(out.getStrategy()).isEqualTo("entropy(30%)");
    // Entropies 0 5 1 6 2 7 3 8 4: of nine tokens the three highest end segments.
    assertThat(PackedArrays.ints(out.getSegmentEnds())).containsExactly(3, 5, 7, 8);
    assertThat(PackedArrays.doubles(out.getSegmentRewards())).containsExactly(0, 0, 0, 1);
    assertThat(out.getOutcomeReward()).isEqualTo(1);
    assertThat(out.getCorrect()).isTrue();
    assertThat(out.getGroupMean()).isEqualTo(1);
    assertThat(out.getGroupStd()).isZero();
    assertThat(out.getGroupCount()).isEqualTo(1);
    assertThat(out.getGroupComplete()).isTrue();
    assertThat(out.getSourceOffset()).isZero();
    assertThat(topology.deadLetters()).isEmpty();
  }

  /** A broker deletes by it: seconds taken for milliseconds would be fifty years old. */
  @Test
  void whatIsWrittenHasTheTimeOfItsArrivalWhateverItsProducerSays() {
    Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
    Trajectory good = SampleTrajectories.right("a").build();
    Instant then = Instant.ofEpochSecond(1_700_000);
    topology.send(
        new TestRecord<>(
            Topic.keyBytes(good.getGroupId()),
            TopologyHarness.TOPICS.trajectories().codec().encode(good),
            then));
    topology.send(new TestRecord<>(Topic.keyBytes("b"), new byte[] {1}, then));

    assertThat(topology.segmentTimes()).singleElement().matches(at -> !at.isBefore(before));
    assertThat(topology.deadLetters().get(0).getRecordTime()).isAfterOrEqualTo(before);
  }

  @Test
  void aWrongAnswerIsNoFaultOfTheRecord() {
    topology.send(SampleTrajectories.answering("a", "8").build());

    SegmentedTrajectory out = topology.segments().get(0);
    assertThat(out.getCorrect()).isFalse();
    assertThat(PackedArrays.doubles(out.getSegmentRewards())).containsOnly(0);
  }

  @Test
  void aTrajectoryPassesOnce() {
    topology.send(SampleTrajectories.right("a").build());
    topology.send(SampleTrajectories.right("b").build());
    topology.send(SampleTrajectories.right("a").build());

    assertThat(topology.segments()).hasSize(2);
    TestRecord<byte[], byte[]> refused = topology.deadLetters().get(0);
    assertThat(TopologyHarness.reason(refused)).isEqualTo("duplicate");
    assertThat(DeadLetters.header(refused.getHeaders(), DeadLetters.SOURCE_TOPIC))
        .contains("test.trajectories");
    assertThat(DeadLetters.header(refused.getHeaders(), DeadLetters.SOURCE_PARTITION))
        .contains("0");
    assertThat(DeadLetters.header(refused.getHeaders(), DeadLetters.SOURCE_OFFSET)).contains("2");
    assertThat(Topic.keyText(refused.key())).isEqualTo("group-of-a");
    assertThat(TopologyHarness.TOPICS.trajectories().codec().decode(refused.value()))
        .isEqualTo(SampleTrajectories.right("a").build());
  }

  @Test
  void aRefusedTrajectoryMayComeAgainOnceItIsMended() {
    topology.send(SampleTrajectories.right("a").setVerifier("oracle").build());
    assertThat(topology.reasons()).containsExactly("unknown-verifier");

    topology.send(SampleTrajectories.right("a").build());
    assertThat(topology.segments()).hasSize(1);
  }

  @Test
  void idsAreForgottenAfterTheRetention() {
    topology.send(SampleTrajectories.right("a").build());
    topology.pass(TopologyHarness.DEDUP_RETENTION.minusMinutes(1));
    topology.send(SampleTrajectories.right("a").build());
    assertThat(topology.reasons()).containsExactly("duplicate");

    topology.pass(Duration.ofMinutes(2));
    topology.send(SampleTrajectories.right("a").build());
    assertThat(topology.reasons()).isEmpty();
    assertThat(topology.segments()).hasSize(2);
  }

  @Test
  void aGroupWaitsForItsLastRollout() {
    topology.send(SampleTrajectories.rollout("g", 2, 4, true).build());
    topology.send(SampleTrajectories.rollout("g", 0, 4, false).build());
    topology.send(SampleTrajectories.rollout("other", 0, 2, true).build());
    topology.send(SampleTrajectories.rollout("g", 3, 4, false).build());
    assertThat(topology.segments()).isEmpty();

    topology.send(SampleTrajectories.rollout("g", 1, 4, false).build());

    List<SegmentedTrajectory> group = topology.segments();
    assertThat(group)
        .extracting(rollout -> rollout.getTrajectory().getTrajectoryId())
        .containsExactly("g-0", "g-1", "g-2", "g-3");
    assertThat(group)
        .allSatisfy(
            rollout -> {
              assertThat(rollout.getGroupMean()).isEqualTo(0.25);
              assertThat(rollout.getGroupStd()).isCloseTo(0.5, within(1e-12));
              assertThat(rollout.getGroupCount()).isEqualTo(4);
              assertThat(rollout.getGroupComplete()).isTrue();
            });
    assertThat(group)
        .extracting(SegmentedTrajectory::getSourceOffset)
        .containsExactly(1L, 4L, 0L, 3L);
    assertThat(topology.stored(Nodes.OPEN_GROUPS)).as("the other group").isEqualTo(1);
    assertThat(topology.stored(Nodes.ROLLOUTS)).isEqualTo(1);
  }

  @Test
  void groupsWhoseIdsContinueEachOtherStayApart() {
    topology.send(SampleTrajectories.rollout("g", 0, 2, true).build());
    topology.send(SampleTrajectories.rollout("g-1", 0, 2, true).build());
    topology.send(SampleTrajectories.rollout("g-1", 1, 2, true).build());

    assertThat(topology.segments())
        .extracting(rollout -> rollout.getTrajectory().getGroupId())
        .containsExactly("g-1", "g-1");
  }

  @Test
  void theDeadlineClosesAGroupWithWhatItHas() {
    topology.send(SampleTrajectories.rollout("g", 0, 4, true).build());
    topology.pass(Duration.ofSeconds(20));
    topology.send(SampleTrajectories.rollout("g", 1, 4, false).build());
    topology.pass(Duration.ofSeconds(9));
    assertThat(topology.segments()).isEmpty();

    topology.pass(Duration.ofSeconds(4));

    assertThat(topology.segments())
        .hasSize(2)
        .allSatisfy(
            rollout -> {
              assertThat(rollout.getGroupComplete()).isFalse();
              assertThat(rollout.getGroupCount()).isEqualTo(2);
              assertThat(rollout.getGroupMean()).isEqualTo(0.5);
            });
    assertThat(topology.stored(Nodes.OPEN_GROUPS)).isZero();
    assertThat(topology.stored(Nodes.ROLLOUTS)).isZero();
  }

  @Test
  void theDeadlineDoesNotRunWhileTheSegmenterIsDown() {
    topology.send(SampleTrajectories.right("a").build());
    SegmentedTrajectory rollout = topology.segments().get(0);
    rollout.setTrajectory(SampleTrajectories.rollout("g", 0, 2, true).build());
    long dayBefore = TopologyHarness.START.minus(Duration.ofDays(1)).toEpochMilli();
    topology.leaveBehind(new OpenGroup(2, 1, dayBefore, "task"), rollout);
    topology.pass(TopologyHarness.GROUP_DEADLINE.minusSeconds(1));
    assertThat(topology.segments()).isEmpty();

    topology.send(SampleTrajectories.rollout("g", 1, 2, false).build());

    assertThat(topology.segments())
        .hasSize(2)
        .allSatisfy(one -> assertThat(one.getGroupMean()).isEqualTo(0.5));
  }

  @Test
  void lateRolloutsOfAClosedGroupAreRefused() {
    topology.send(SampleTrajectories.rollout("late", 0, 3, true).build());
    topology.pass(TopologyHarness.GROUP_DEADLINE.plusSeconds(5));
    topology.send(SampleTrajectories.rollout("late", 1, 3, true).build());
    topology.send(SampleTrajectories.rollout("full", 0, 2, true).build());
    topology.send(SampleTrajectories.rollout("full", 1, 2, true).build());
    topology.send(SampleTrajectories.rollout("full", 2, 2, true).build());

    assertThat(topology.segments()).hasSize(3);
    assertThat(topology.reasons()).containsExactly("group-closed", "group-closed");
  }

  @Test
  void aRolloutThatDiffersFromItsGroupIsRefused() {
    topology.send(SampleTrajectories.rollout("g", 0, 2, true).build());
    topology.send(SampleTrajectories.rollout("g", 1, 3, true).build());
    topology.send(SampleTrajectories.rollout("g", 2, 2, true).setTaskId("another").build());
    assertThat(topology.reasons()).containsExactly("group-mismatch", "group-mismatch");

    topology.send(SampleTrajectories.rollout("g", 3, 2, true).build());
    assertThat(topology.segments()).hasSize(2);
  }

  @Test
  void picturesPass() {
    topology.send(
        SampleTrajectories.right("a")
            .setPictures(
                List.of(
                    SampleTrajectories.inline(SampleTrajectories.picture("png")),
                    SampleTrajectories.inline(SampleTrajectories.picture("jpg")),
                    SampleTrajectories.inline(SampleTrajectories.picture("gif")),
                    Picture.newBuilder()
                        .setSha256(SampleTrajectories.sha256(new byte[0]))
                        .setPath("/data/chart.png")
                        .build()))
            .build());

    assertThat(topology.reasons()).isEmpty();
    assertThat(topology.segments()).hasSize(1);
  }

  @Test
  void countsWhatPassed() {
    topology.send(SampleTrajectories.right("a").build());
    topology.send(SampleTrajectories.right("a").build());
    topology.send(Topic.keyBytes("x"), new byte[] {1, 2, 3});

    assertThat(topology.counters.read()).isEqualTo(3);
    assertThat(topology.counters.segmented()).isEqualTo(1);
    assertThat(topology.counters.refused(Reason.DUPLICATE)).isEqualTo(1);
    assertThat(topology.counters.refused(Reason.NOT_A_RECORD)).isEqualTo(1);
  }
}
