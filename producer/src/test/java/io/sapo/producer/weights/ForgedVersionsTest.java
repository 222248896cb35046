package io.sapo.producer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.network.Weights;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightVersion;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Commit records that are well-formed and of no learner. */
class ForgedVersionsTest extends FollowerFixture {
  static List<UnaryOperator<WeightVersion>> impossible() {
    return List.of(
        with(v -> v.setFirstChunkOffset(-1L)),
        with(v -> v.setChunkCount(-1)),
        with(v -> v.setAnchorVersion(Long.MAX_VALUE)),
        with(v -> v.setAnchorVersion(-5L)),
        with(v -> v.setAnchor(true)),
        with(v -> v.setParent(v.getVersion())),
        with(
            v -> {
              v.setVersion(Long.MAX_VALUE);
              v.setParent(Long.MAX_VALUE - 1);
            }),
        with(
            v -> {
              v.setVersion(70L);
              v.setParent(69L);
            }),
        with(v -> v.setVersion(Long.MIN_VALUE)));
  }

  private static UnaryOperator<WeightVersion> with(Consumer<WeightVersion> change) {
    return record -> {
      WeightVersion forged = WeightVersion.newBuilder(record).build();
      change.accept(forged);
      return forged;
    };
  }

  /** Records that are well-formed and of no learner: the run's own behind them are followed. */
  @Test
  void recordsThatCannotBeOfThisRunAreSkipped() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      learner.publish(weights(0, 0), true);
      await(follower).close();
      WeightVersion next =
          TestLearner.record(
              1,
              false,
              learner.newest().getActorSha256(),
              learner.newest().getFirstChunkOffset(),
              learner.newest().getChunkCount(),
              0);
      for (UnaryOperator<WeightVersion> forgery : impossible()) {
        kafka.send(kafka.topics().weights().record("1", forgery.apply(next)));
      }
      Weights wanted = weights(0, 1);
      learner.publish(wanted, false);
      try (FollowedWeights second = await(follower)) {
        assertThat(second.version()).isEqualTo(1);
        assertHolds(second.weights(), wanted, ElementType.F32);
      }
      assertThat(follower.failure()).isNotDone();
      assertThat(follower.refusals().count()).isZero();
    }
  }
}
