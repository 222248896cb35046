package io.sapo.learner.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TinyRun;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.VersionRun;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdmissionTest {

  private static final RecordCodec<SegmentedTrajectory> CODEC =
      RecordCodec.of(SegmentedTrajectory.class);
  private static final Position AT = new Position(0, 17);

  private final Admission admission = new Admission(TinyRun.model(), null, 64);

  /** Seed chosen for a response of three segments. */
  private static SegmentedTrajectory good() {
    for (int seed = 0; ; seed++) {
      SegmentedTrajectory record = TinyRun.trajectory(1, 0, new Random(seed));
      if (PackedArrays.count(record.getSegmentEnds(), 4) == 3) {
        return record;
      }
    }
  }

  private InputRecord admit(SegmentedTrajectory record) {
    return admission.admit(AT, CODEC.encode(record));
  }

  @Test
  void aGoodRecordBecomesAnExample() {
    SegmentedTrajectory record = good();
    TrainingExample example = admit(record).example();
    assertThat(example.origin().position()).isEqualTo(AT);
    assertThat(example.trained().indices()).hasSize(example.sequence().responseTokens().length);
    assertThat(example.trained().segmentEnds())
        .isEqualTo(PackedArrays.ints(record.getSegmentEnds()));
    assertThat(example.trained().segmentRewards())
        .isEqualTo(PackedArrays.doubles(record.getSegmentRewards()));
  }

  @Test
  void howAResponseWasSampledReachesTheLearner() {
    SegmentedTrajectory record = good();
    int tokens = PackedArrays.count(record.getTrajectory().getResponseTokens(), 4);
    assertThat(admit(record).example().sampled())
        .isEqualTo(new TrainingExample.Sampled(1, 32, false, true));
    record.getTrajectory().setFinishReason(FinishReason.LENGTH);
    record.getTrajectory().setSampling(new Sampling(0.5, 0.9, 0, tokens));
    byte[] mask = new byte[tokens];
    Arrays.fill(mask, 2, tokens, (byte) 1);
    record.getTrajectory().setLossMask(ByteBuffer.wrap(mask));
    record
        .getTrajectory()
        .setVersions(
            List.of(new VersionRun(3L, 1), new VersionRun(4L, 3), new VersionRun(6L, tokens - 4)));
    TrainingExample example = admit(record).example();
    assertThat(example.sampled()).isEqualTo(new TrainingExample.Sampled(0.5, tokens, true, false));
    assertThat(example.startVersion()).isEqualTo(3);
    assertThat(example.trained().versions()).hasSize(tokens - 2).startsWith(4, 4, 6, 6).endsWith(6);
    record.getTrajectory().setSampling(new Sampling(0.5, 1.0, TinyRun.VOCABULARY, tokens));
    assertThat(admit(record).example().sampled().fromAll()).as("as many as there are").isTrue();
  }

  @Test
  void maskedTokensAndSegmentsDisappearAndTheirRewardsDoNot() {
    SegmentedTrajectory record = good();
    int tokens = PackedArrays.count(record.getTrajectory().getResponseTokens(), 4);
    byte[] mask = new byte[tokens];
    Arrays.fill(mask, (byte) 1);
    mask[0] = 0;
    mask[3] = mask[4] = mask[5] = 0;
    record.getTrajectory().setLossMask(ByteBuffer.wrap(mask));
    record.setSegmentRewards(PackedArrays.pack(new double[] {0.1, 0.2, 1}));
    TrainingExample example = admit(record).example();
    assertThat(example.trained().indices()).startsWith(1, 2, 6).hasSize(tokens - 4);
    assertThat(example.trained().segmentEnds()).containsExactly(1, tokens - 5);
    assertThat(example.trained().segmentRewards()).containsExactly(0.1, 1.2);
    assertThat(example.trained().logProbs()).hasSize(tokens - 4);
  }

  @Test
  void aMaskedEndLeavesItsRewardWithTheLastTrainedSegment() {
    SegmentedTrajectory record = good();
    byte[] mask = new byte[PackedArrays.count(record.getTrajectory().getResponseTokens(), 4)];
    mask[1] = 1;
    record.getTrajectory().setLossMask(ByteBuffer.wrap(mask));
    record.setSegmentRewards(PackedArrays.pack(new double[] {0, 0, 1}));
    TrainingExample example = admit(record).example();
    assertThat(example.trained().indices()).containsExactly(1);
    assertThat(example.trained().segmentRewards()).containsExactly(1);
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        damage("lengths", r -> r.getTrajectory().setLogProbs(PackedArrays.pack(new float[2]))),
        damage("lengths", r -> r.getTrajectory().setLogProbs(ByteBuffer.wrap(new byte[5]))),
        damage("lengths", r -> r.getTrajectory().setPromptTokens(PackedArrays.pack(new int[0]))),
        damage("lengths", r -> r.getTrajectory().setLossMask(ByteBuffer.wrap(new byte[1]))),
        damage("lengths", r -> r.setSegmentRewards(PackedArrays.pack(new double[1]))),
        damage("lengths", r -> r.setGroupCount(0)),
        damage("lengths", r -> r.getTrajectory().setVersions(List.of(new VersionRun(0L, 1)))),
        damage("lengths", r -> r.getTrajectory().setVersions(List.of())),
        damage("segments", r -> r.setSegmentEnds(PackedArrays.pack(new int[] {3, 3, 9}))),
        damage("segments", r -> r.setSegmentEnds(PackedArrays.pack(new int[] {0, 1, 2}))),
        damage("segments", r -> r.setSegmentEnds(PackedArrays.pack(new int[] {-1, 1, 99}))),
        damage(
            "vocabulary",
            r -> r.getTrajectory().setPromptTokens(PackedArrays.pack(new int[] {48}))),
        damage(
            "vocabulary",
            r -> r.getTrajectory().setPromptTokens(PackedArrays.pack(new int[] {-1}))),
        damage("too-long", r -> r.getTrajectory().setPromptTokens(PackedArrays.pack(new int[64]))),
        damage("greedy", r -> r.getTrajectory().getSampling().setTemperature(0.0)),
        damage("not-finite", r -> r.setOutcomeReward(Double.NaN)),
        damage("not-finite", r -> r.setGroupStd(Double.POSITIVE_INFINITY)),
        damage(
            "not-finite",
            r -> r.setSegmentRewards(PackedArrays.pack(new double[] {0, Double.NaN, 0}))),
        damage("not-finite", AdmissionTest::nanLogProb),
        damage("out-of-range", r -> r.setOutcomeReward(1e300)),
        damage("out-of-range", r -> r.setGroupStd(-1)),
        damage("out-of-range", r -> r.getTrajectory().getSampling().setTemperature(1e-30)),
        damage(
            "out-of-range",
            r -> {
              int tokens = PackedArrays.count(r.getTrajectory().getLogProbs(), 4);
              float[] huge = new float[tokens];
              huge[0] = 3e38f;
              r.getTrajectory().setLogProbs(PackedArrays.pack(huge));
            }),
        damage("masked", AdmissionTest::maskAll),
        damage(
            "pictures",
            r ->
                r.getTrajectory()
                    .setPictures(List.of(new Picture("ab", ByteBuffer.allocate(3), null)))));
  }

  private static Arguments damage(String reason, Consumer<SegmentedTrajectory> change) {
    return Arguments.of(reason, change);
  }

  private static void nanLogProb(SegmentedTrajectory record) {
    float[] logProbs = PackedArrays.floats(record.getTrajectory().getLogProbs());
    logProbs[2] = Float.NaN;
    record.getTrajectory().setLogProbs(PackedArrays.pack(logProbs));
  }

  private static void maskAll(SegmentedTrajectory record) {
    int tokens = PackedArrays.count(record.getTrajectory().getResponseTokens(), 4);
    record.getTrajectory().setLossMask(ByteBuffer.wrap(new byte[tokens]));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void damagedRecordsAreRefusedWithAReason(String reason, Consumer<SegmentedTrajectory> change) {
    SegmentedTrajectory record = good();
    change.accept(record);
    InputRecord refused = admit(record);
    assertThat(refused.example()).isNull();
    assertThat(refused.refusal()).startsWith(reason + ": ");
  }

  @Test
  void mutatedBytesNeverThrow() {
    byte[] bytes = CODEC.encode(good());
    Random random = new Random(8);
    for (int i = 0; i < 5_000; i++) {
      byte[] mutated =
          Arrays.copyOf(bytes, i % 5 == 0 ? random.nextInt(bytes.length) : bytes.length);
      for (int flips = random.nextInt(4); flips >= 0 && mutated.length > 0; flips--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      }
      InputRecord record = admission.admit(AT, mutated);
      assertThat(record.example() == null).isEqualTo(record.refusal() != null);
    }
    assertThat(admission.admit(AT, null).refusal()).startsWith("empty");
  }
}
