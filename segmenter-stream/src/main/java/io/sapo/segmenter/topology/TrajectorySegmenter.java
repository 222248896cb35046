package io.sapo.segmenter.topology;

import io.sapo.schemas.FinishReason;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.cut.TrainedCut;
import io.sapo.segmenter.cut.TrainedText;
import io.sapo.verifier.GivenVerdict;
import io.sapo.verifier.ReferenceAnswerException;
import io.sapo.verifier.RewardShaping;
import io.sapo.verifier.Verdict;
import io.sapo.verifier.Verifier;
import io.sapo.verifier.Verifiers;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cuts and judges one trajectory: a function of it and of the configuration. Thread-safe. */
final class TrajectorySegmenter {
  private static final Logger log = LoggerFactory.getLogger(TrajectorySegmenter.class);

  /** What a segmented record holds besides the trajectory and its segments; generous. */
  private static final int FIXED_BYTES = 4096;

  /** In UTF-8, of a char. */
  private static final long MOST_BYTES_PER_CHAR = 3;

  private static final int BYTES_PER_SEGMENT = Integer.BYTES + Double.BYTES;

  private final SegmentationStrategy strategy;
  private final String strategyName;
  private final Verifiers verifiers;
  private final Counters counters;

  TrajectorySegmenter(SegmentationStrategy strategy, Verifiers verifiers, Counters counters) {
    this.strategy = strategy;
    this.strategyName = strategy.describe();
    this.verifiers = verifiers;
    this.counters = counters;
  }

  /** The judges outside the stream that its reward depends on, ascending. */
  SortedSet<String> judges(Trajectory trajectory) {
    return verifiers.judges(trajectory.getVerifier());
  }

  /**
   * Where its segments end.
   *
   * @throws RefusedException when the record would be too large
   */
  Cut cut(Accepted accepted) throws RefusedException {
    int[] ends =
        TrainedCut.ends(strategy, accepted.response(), TrainedText.mask(accepted.trajectory()));
    checkSize(accepted.source(), ends.length, List.of());
    return new Cut(ends, strategyName);
  }

  /**
   * Group statistics are those of the trajectory alone.
   *
   * @param judgements of all {@link #judges}, on this cut
   */
  SegmentedTrajectory segment(Accepted accepted, Cut cut, List<Judgement> judgements)
      throws RefusedException {
    Rewards judged = judge(accepted, cut, judgements);
    double reward = shaped(judged.verdict(), accepted);
    return record(accepted, cut, judgements, judged.segments(), reward)
        .setCorrect(judged.verdict().correct())
        .build();
  }

  /** The same of another cut: the outcome, and what the group came to, stay as recorded. */
  SegmentedTrajectory segmentAgain(
      Accepted accepted, Cut cut, List<Judgement> judgements, SegmentedTrajectory recorded)
      throws RefusedException {
    double[] segments = judge(accepted, cut, judgements).segments();
    return record(accepted, cut, judgements, segments, recorded.getOutcomeReward())
        .setCorrect(recorded.getCorrect())
        .setGroupMean(recorded.getGroupMean())
        .setGroupStd(recorded.getGroupStd())
        .setGroupCount(recorded.getGroupCount())
        .setGroupComplete(recorded.getGroupComplete())
        .build();
  }

  private Rewards judge(Accepted accepted, Cut cut, List<Judgement> judgements)
      throws RefusedException {
    int[] ends = cut.ends();
    checkSize(accepted.source(), ends.length, judgements);
    Trajectory trajectory = accepted.trajectory();
    SortedMap<String, GivenVerdict> given = new TreeMap<>();
    judgements.forEach(j -> given.put(j.getJudge(), GivenVerdict.of(j)));
    Verifier verifier =
        verifiers
            .find(trajectory.getVerifier(), given)
            .orElseThrow(() -> unknownVerifier(trajectory.getVerifier()));
    Rewards judged = rewards(verifier, accepted, ends);
    counters.countSegmentRewards(judged.segments());
    return judged;
  }

  /**
   * @param rewards of the segments without the outcome, which is added to the last one's
   */
  private static SegmentedTrajectory.Builder record(
      Accepted accepted, Cut cut, List<Judgement> judgements, double[] rewards, double outcome) {
    Trajectory trajectory = accepted.trajectory();
    rewards[rewards.length - 1] += outcome;
    return SegmentedTrajectory.newBuilder()
        .setTrajectory(trajectory)
        .setSourcePartition(accepted.source().partition())
        .setSourceOffset(accepted.source().offset())
        .setStrategy(cut.strategy())
        .setSegmentEnds(PackedArrays.pack(cut.ends()))
        .setSegmentRewards(PackedArrays.pack(rewards))
        .setOutcomeReward(outcome)
        .setGroupMean(outcome)
        .setGroupStd(0)
        .setGroupCount(1)
        .setGroupComplete(trajectory.getGroupSize() == 1)
        .setJudgements(judgements);
  }

  /**
   * @param segments of each the verifier's reward, to be changed by whoever has asked
   */
  private record Rewards(Verdict verdict, double[] segments) {}

  /**
   * Whatever a verifier throws is about this response: it would throw it again at every start.
   *
   * @throws RefusedException when it gives no verdict
   */
  private static Rewards rewards(Verifier verifier, Accepted accepted, int[] ends)
      throws RefusedException {
    Trajectory trajectory = accepted.trajectory();
    try {
      Verdict verdict = verifier.verify(TrainedText.of(trajectory), trajectory.getAnswer());
      return new Rewards(
          Objects.requireNonNull(verdict, "it gave no verdict"),
          segmentRewards(verifier, accepted, ends));
    } catch (ReferenceAnswerException e) {
      throw new RefusedException(Reason.BAD_REFERENCE, e.getMessage());
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
      log.error(
          "verifier {} failed on trajectory {}", verifier.name(), trajectory.getTrajectoryId(), e);
      throw new RefusedException(
          Reason.VERIFIER_FAILED, "verifier %s failed on it: %s".formatted(verifier.name(), e));
    }
  }

  /**
   * By the tokens that the model wrote. The limit is one of a turn: the longest one's length
   * counts, and of a conversation that ended by being cut off the limit itself.
   */
  private double shaped(Verdict verdict, Accepted accepted) {
    Trajectory trajectory = accepted.trajectory();
    byte[] mask = TrainedText.mask(trajectory);
    int limit = trajectory.getSampling().getMaxNewTokens();
    int tokens = accepted.response().count();
    int longest = tokens;
    if (mask != null) {
      tokens = TrainedText.tokens(mask);
      boolean cutOff = trajectory.getFinishReason() == FinishReason.LENGTH;
      longest = cutOff ? limit : TrainedText.longestRun(mask);
    }
    RewardShaping.Shaped shaped =
        verifiers
            .shaping()
            .shape(verdict.reward(), TrainedText.of(trajectory), tokens, longest, limit);
    counters.countShaped(shaped);
    return shaped.reward();
  }

  private static void checkSize(Source source, int segments, List<Judgement> judgements)
      throws RefusedException {
    long bytes =
        (long) source.key().length
            + source.value().length
            + (long) segments * BYTES_PER_SEGMENT
            + FIXED_BYTES;
    for (Judgement said : judgements) {
      long chars = said.getJudge().length() + said.getVersion().length() + said.getWhy().length();
      bytes += MOST_BYTES_PER_CHAR * chars + said.getSegmentRewards().remaining();
    }
    if (bytes > Topics.MAX_RECORD_BYTES) {
      throw new RefusedException(
          Reason.TOO_LARGE,
          "with its "
              + segments
              + " segments and what judges said of it the record would have "
              + bytes
              + " bytes; the limit is "
              + Topics.MAX_RECORD_BYTES);
    }
  }

  private RefusedException unknownVerifier(String name) {
    return new RefusedException(
        Reason.UNKNOWN_VERIFIER,
        "no verifier is named '"
            + name.substring(0, Math.min(name.length(), 100))
            + "'; known are "
            + verifiers.names());
  }

  /** A fresh array, zero where the verifier gives none. */
  private static double[] segmentRewards(Verifier verifier, Accepted accepted, int[] ends) {
    Trajectory trajectory = accepted.trajectory();
    List<String> texts =
        TrainedText.segments(
            accepted.response().text(),
            accepted.response().charEnds(),
            TrainedText.mask(trajectory),
            ends);
    double[] given = verifier.segmentRewards(texts, trajectory.getAnswer());
    if (given.length == 0) {
      return new double[ends.length];
    }
    if (given.length != ends.length) {
      throw new IllegalStateException(
          "verifier "
              + verifier.name()
              + " gave "
              + given.length
              + " rewards for "
              + ends.length
              + " segments");
    }
    for (double reward : given) {
      if (!Double.isFinite(reward)) {
        throw new IllegalStateException(
            "verifier " + verifier.name() + " gave a segment the reward " + reward);
      }
    }
    return given.clone();
  }
}
