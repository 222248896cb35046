package io.sapo.segmenter.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.JudgeVerdict;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.verifier.RewardShaping;
import io.sapo.verifier.VerifierSettings;
import io.sapo.verifier.Verifiers;
import io.sapo.verifier.math.EqualityPolicy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trajectories that wait for judges outside the stream. */
class JudgingTest {
  private static final List<JudgeSettings> JUDGES = List.of(judge("taste"), judge("tact"));
  private static final Duration PATIENCE = JUDGES.get(0).effort().giveUpAfter();

  @TempDir Path stateDir;
  private TopologyHarness harness;

  private static JudgeSettings judge(String name) {
    return new JudgeSettings(
        name,
        URI.create("http://127.0.0.1:1"),
        JudgeSettings.Token.NONE,
        JudgeSettings.Effort.DEFAULT,
        Optional.empty());
  }

  @BeforeEach
  void open() {
    harness = new TopologyHarness(stateDir, "newline", JUDGES, true);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private static Trajectory.Builder asking(String id, String verifier) {
    return SampleTrajectories.right(id).setVerifier(verifier);
  }

  private static JudgeVerdict verdict(JudgeRequest request, double reward, double... segments) {
    return JudgeVerdict.newBuilder()
        .setJudge(request.getJudge())
        .setTrajectoryId(request.getTrajectoryId())
        .setSourcePartition(request.getSourcePartition())
        .setSourceOffset(request.getSourceOffset())
        .setJudgement(
            Judgement.newBuilder()
                .setJudge(request.getJudge())
                .setVersion("v1")
                .setReward(reward)
                .setCorrect(reward > 0.5)
                .setSegmentRewards(PackedArrays.pack(segments))
                .setWhy("because")
                .build())
        .build();
  }

  private JudgeRequest only(String judge) {
    List<JudgeRequest> requests = harness.requests(judge);
    assertThat(requests).hasSize(1);
    return requests.get(0);
  }

  @Test
  void aTrajectoryIsHeldUntilItsJudgeHasSpokenAndOthersGoOn() {
    harness.send(asking("a", "taste").build());
    harness.send(SampleTrajectories.right("b").build());

    assertThat(ids(harness.segments())).containsExactly("b");
    assertThat(harness.counters.held()).isEqualTo(1);
    JudgeRequest request = only("taste");
    assertThat(request.getPrompt()).isEqualTo("3+4?");
    assertThat(request.getResponse()).isEqualTo("3+4=7\n#### 7");
    assertThat(PackedArrays.ints(request.getSegmentCharEnds())).containsExactly(6, 12);
    harness.verdict("group-of-a", verdict(request, 0.75, 0.5, 0));

    SegmentedTrajectory out = harness.segments().get(0);
    assertThat(out.getOutcomeReward()).isEqualTo(0.75);
    assertThat(out.getCorrect()).isTrue();
    assertThat(PackedArrays.doubles(out.getSegmentRewards())).containsExactly(0.5, 0.75);
    assertThat(out.getJudgements()).hasSize(1);
    assertThat(out.getJudgements().get(0).getVersion()).isEqualTo("v1");
    assertThat(out.getSourceOffset()).isEqualTo(request.getSourceOffset());
    assertThat(harness.nothingHeld()).isTrue();
  }

  @Test
  void aVerdictCountsOnceHoweverOftenItComes() {
    harness.send(asking("a", "taste").build());
    JudgeRequest request = only("taste");
    harness.verdict("group-of-a", verdict(request, 1));
    harness.verdict("group-of-a", verdict(request, 0));

    List<SegmentedTrajectory> out = harness.segments();
    assertThat(ids(out)).containsExactly("a");
    assertThat(out.get(0).getOutcomeReward()).isEqualTo(1);
    assertThat(harness.deadLetters()).isEmpty();
  }

  @Test
  void verdictsOnWhatIsNotHeldAndWhatIsNoVerdictPassInSilence() {
    harness.send(asking("a", "taste").build());
    JudgeRequest request = only("taste");
    JudgeVerdict elsewhere = verdict(request, 1);
    elsewhere.setSourceOffset(77L);
    harness.verdict("group-of-a", elsewhere);
    harness.verdict("another-group", verdict(request, 1));
    harness.verdict("group-of-a", new byte[] {1, 2, 3});
    harness.verdict("group-of-a", new byte[0]);

    assertThat(harness.segments()).isEmpty();
    assertThat(harness.deadLetters()).isEmpty();
    assertThat(harness.counters.held()).isEqualTo(1);
  }

  /** It would be larger than a record of the segments can be, and stop the stream for ever. */
  @Test
  void whatAJudgeSaysAtSuchLengthThatNoRecordHoldsItIsADeadLetter() {
    harness.send(
        asking("a", "taste").setPrompt("p".repeat(Topics.MAX_RECORD_BYTES - (1 << 16))).build());
    JudgeVerdict wordy = verdict(only("taste"), 1);
    wordy.getJudgement().setWhy("w".repeat(1 << 17));
    harness.verdict("group-of-a", wordy);

    onlyDeadLetter("too-large");
    assertThat(harness.nothingHeld()).isTrue();
  }

  /** Names of judges without end would be kept beside what is held. */
  @Test
  void whoWasNotAskedIsNotHeard() {
    harness.send(asking("a", "taste").build());
    JudgeRequest request = only("taste");
    JudgeVerdict stranger = verdict(request, 0);
    stranger.setJudge("tact");
    stranger.getJudgement().setJudge("tact");
    harness.verdict("group-of-a", stranger);
    JudgeVerdict hidden = verdict(request, 0);
    hidden.setTrajectoryId("a\0taste");
    harness.verdict("group-of-a", hidden);
    harness.verdict("group-of-a", verdict(request, 1));

    List<SegmentedTrajectory> out = harness.segments();
    assertThat(ids(out)).containsExactly("a");
    assertThat(out.get(0).getJudgements()).hasSize(1);
  }

  @Test
  void weightsOfJudgesAndVerifiersAddUp() {
    harness.send(asking("a", "gsm8k*0.5+taste*0.25+tact*2").build());
    harness.verdict("group-of-a", verdict(only("tact"), 0.25, 1, 1));
    assertThat(harness.segments()).isEmpty();
    harness.verdict("group-of-a", verdict(only("taste"), 1));

    SegmentedTrajectory out = harness.segments().get(0);
    assertThat(out.getOutcomeReward()).isEqualTo(0.5 + 0.25 + 0.5);
    assertThat(PackedArrays.doubles(out.getSegmentRewards())).containsExactly(2, 2 + 1.25);
    assertThat(out.getJudgements())
        .extracting(Judgement::getJudge)
        .containsExactly("tact", "taste");
    assertThat(harness.nothingHeld()).isTrue();
  }

  @Test
  void whatAJudgeWillNotJudgeIsADeadLetterAndMayBeSentAgain() {
    harness.send(asking("a", "taste").build());
    JudgeRequest request = only("taste");
    JudgeVerdict failed = verdict(request, 0);
    failed.setJudgement(null);
    failed.setFailure("will not judge it: empty");
    harness.verdict("group-of-a", failed);

    assertThat(TopologyHarness.detail(onlyDeadLetter("judge-failed")))
        .isEqualTo("judge taste will not judge it: empty");
    assertThat(harness.nothingHeld()).isTrue();
    harness.send(asking("a", "taste").build());
    harness.verdict("group-of-a", verdict(only("taste"), 1));
    assertThat(ids(harness.segments())).containsExactly("a");
  }

  private TestRecord<byte[], byte[]> onlyDeadLetter(String reason) {
    var letters = harness.deadLetters();
    assertThat(letters).hasSize(1);
    assertThat(TopologyHarness.reason(letters.get(0))).isEqualTo(reason);
    return letters.get(0);
  }

  @Test
  void aVerdictThatContradictsItselfIsNone() {
    for (JudgeVerdict bad :
        List.of(
            changed(judgement -> judgement.setReward(Double.NaN)),
            changed(judgement -> judgement.setSegmentRewards(ByteBuffer.allocate(12))),
            changed(j -> j.setSegmentRewards(PackedArrays.pack(new double[] {1, 1, 1}))),
            changed(j -> j.setSegmentRewards(PackedArrays.pack(new double[] {Double.NaN, 1}))),
            changed(judgement -> judgement.setJudge("tact")))) {
      harness.verdict("group-of-" + bad.getTrajectoryId(), bad);
      onlyDeadLetter("judge-failed");
    }
    assertThat(harness.segments()).isEmpty();
    assertThat(harness.nothingHeld()).isTrue();
  }

  private int sent;

  private JudgeVerdict changed(Consumer<Judgement> change) {
    harness.send(asking("bad-" + sent++, "taste").build());
    JudgeVerdict verdict = verdict(only("taste"), 1);
    change.accept(verdict.getJudgement());
    return verdict;
  }

  @Test
  void silenceEndsInADeadLetter() {
    harness.send(asking("a", "taste+tact").build());
    harness.verdict("group-of-a", verdict(only("tact"), 1));
    harness.pass(PATIENCE.minusSeconds(10));
    assertThat(harness.deadLetters()).isEmpty();
    harness.pass(Duration.ofSeconds(20));

    assertThat(TopologyHarness.detail(onlyDeadLetter("judge-silent")))
        .isEqualTo("no verdict in time from [taste]");
    assertThat(harness.nothingHeld()).isTrue();
    harness.verdict("group-of-a", verdict(only("taste"), 1));
    assertThat(harness.segments()).isEmpty();
  }

  /** An earlier release may have taken what this one does not. */
  @ParameterizedTest
  @ValueSource(strings = {"a verdict", "silence"})
  void whatIsHeldAndNotAcceptedAnyMoreIsADeadLetter(String then) {
    harness.send(asking("a", "taste").build());
    JudgeRequest request = only("taste");
    harness.holdInstead(asking("a", "taste").setGroupSize(-1).build());
    if (then.equals("silence")) {
      harness.pass(PATIENCE.plusMinutes(1));
    } else {
      harness.verdict("group-of-a", verdict(request, 1));
    }
    assertThat(harness.reasons()).containsExactly("bad-group-size");
    assertThat(harness.nothingHeld()).isTrue();
  }

  @Test
  void aRepetitionIsRefusedWhileTheFirstIsHeldAndAfterwards() {
    harness.send(asking("a", "taste").build());
    harness.send(asking("a", "taste").build());
    assertThat(harness.reasons()).containsExactly("duplicate");
    harness.verdict("group-of-a", verdict(only("taste"), 1));
    harness.send(asking("a", "taste").build());

    assertThat(harness.reasons()).containsExactly("duplicate");
    assertThat(harness.requests("taste")).isEmpty();
    assertThat(ids(harness.segments())).containsExactly("a");
  }

  @Test
  void aGroupWaitsForItsHeldRolloutsHoweverLongTheyTake() {
    harness.send(SampleTrajectories.rollout("g", 0, 3, true).build());
    harness.send(SampleTrajectories.rollout("g", 1, 3, true).setVerifier("taste").build());
    harness.pass(TopologyHarness.GROUP_DEADLINE.multipliedBy(2));
    assertThat(harness.segments()).isEmpty();
    harness.verdict("g", verdict(only("taste"), 1));
    harness.pass(TopologyHarness.GROUP_DEADLINE);

    List<SegmentedTrajectory> out = harness.segments();
    assertThat(ids(out)).containsExactly("g-0", "g-1");
    assertThat(out).allMatch(one -> one.getGroupCount() == 2 && !one.getGroupComplete());
    assertThat(harness.deadLetters()).isEmpty();
  }

  @Test
  void aJudgeThatIsKnownToNobodyIsRefusedAtOnce() {
    harness.send(asking("a", "smell").build());
    harness.send(asking("b", "gsm8k+smell").build());
    assertThat(harness.reasons()).containsExactly("unknown-verifier", "unknown-verifier");
    assertThat(harness.nothingHeld()).isTrue();
  }

  @Test
  void theJudgeIsNotAskedAgainWhenARecordIsCutAnew() {
    harness.send(asking("a", "taste*2+gsm8k").build());
    harness.verdict("group-of-a", verdict(only("taste"), 0.5, 0.25, 0.125));
    SegmentedTrajectory recorded = harness.segments().get(0);
    Verifiers withoutJudges = Verifiers.load(VerifierSettings.DEFAULT);

    SegmentedTrajectory same = cut("newline", withoutJudges, recorded);
    assertThat(same).isEqualTo(recorded);
    SegmentedTrajectory other = cut("step", withoutJudges, recorded);
    assertThat(PackedArrays.doubles(other.getSegmentRewards()))
        .containsExactly(2 * 0.25 + 2 * 0.125 + 2 * 0.5 + 1);
    assertThat(other.getOutcomeReward()).isEqualTo(recorded.getOutcomeReward());
  }

  /** The group's mean and deviation are of the rewards that were recorded. */
  @Test
  void theOutcomeStaysAsRecordedWhereRewardsAreShapedOtherwiseNow() {
    harness.send(asking("a", "taste*2+gsm8k").build());
    harness.verdict("group-of-a", verdict(only("taste"), 0.5, 0.25, 0.125));
    SegmentedTrajectory recorded = harness.segments().get(0);
    Verifiers shaping =
        Verifiers.load(
            new VerifierSettings(
                1e-3, EqualityPolicy.DEFAULT, new RewardShaping(1, 0, 0, 0), Optional.empty()));
    assertThat(cut("newline", shaping, recorded)).isEqualTo(recorded);
  }

  private static SegmentedTrajectory cut(
      String strategy, Verifiers verifiers, SegmentedTrajectory recorded) {
    return new Resegmenter(TopologyHarness.TOPICS, SegmentationStrategy.parse(strategy), verifiers)
        .cut(recorded);
  }

  private static List<String> ids(List<SegmentedTrajectory> out) {
    return out.stream().map(one -> one.getTrajectory().getTrajectoryId()).toList();
  }
}
