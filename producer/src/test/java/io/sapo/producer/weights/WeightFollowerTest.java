package io.sapo.producer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.network.Weights;
import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.RestartException;
import io.sapo.schemas.TopicAdmin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightFollowerTest extends FollowerFixture {
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void followsLiveThroughDeltasAndLateFromTheAnchor(ElementType type) throws Exception {
    Weights w0 = weights(0, 0);
    Weights w1 = weights(0, 1);
    Weights w2 = weights(0, 2);
    try (TestLearner learner = new TestLearner(kafka, type);
        WeightFollower live = follower()) {
      learner.publish(w0, true);
      try (FollowedWeights first = await(live)) {
        assertThat(first.version()).isZero();
        assertHolds(first.weights(), w0, type);
      }
      learner.publish(w1, false);
      try (FollowedWeights second = await(live)) {
        assertThat(second.version()).isEqualTo(1);
        assertHolds(second.weights(), w1, type);
      }
      learner.publish(w2, false);
      try (WeightFollower late = follower();
          FollowedWeights followedLate = await(late);
          FollowedWeights followedLive = await(live)) {
        assertThat(followedLate.version()).isEqualTo(2);
        assertHolds(followedLate.weights(), w2, type);
        assertThat(followedLive.weights().sha256()).isEqualTo(followedLate.weights().sha256());
        assertThat(late.refusals().count()).isZero();
        assertThat(late.newest().orElseThrow().getVersion()).isEqualTo(2);
      }
    }
  }

  /** Deltas one after another, then more of them than are remembered while one is held. */
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void weightsGivenBackAreWrittenOverWithNewerOnes(ElementType type) throws Exception {
    try (TestLearner learner = new TestLearner(kafka, type);
        WeightFollower follower = follower()) {
      Set<Weights> used = Collections.newSetFromMap(new IdentityHashMap<>());
      learner.publish(weights(0, 0), true);
      FollowedWeights inUse = await(follower);
      for (int step = 1; step <= 12; step++) {
        Weights wanted = weights(0, step);
        learner.publish(wanted, false);
        boolean held = step > 4 && step < 11;
        if (!held) {
          FollowedWeights next = awaitVersion(follower, step);
          used.add(next.weights());
          assertHolds(next.weights(), wanted, type);
          inUse.close();
          inUse = next;
        }
      }
      inUse.close();
      assertThat(used).as("buffers, over ten versions").hasSizeLessThanOrEqualTo(3);
      assertThat(follower.refusals().count()).isZero();
    }
  }

  private static FollowedWeights awaitVersion(WeightFollower follower, long version) {
    while (true) {
      FollowedWeights next = await(follower);
      if (next.version() == version) {
        return next;
      }
      next.close();
    }
  }

  @Test
  void whatLiesReadyIsReplacedByTheNewest() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      Weights newest = weights(0, 3);
      learner.publish(weights(0, 0), true);
      learner.publish(weights(0, 1), true);
      learner.publish(weights(0, 2), false);
      learner.publish(newest, false);
      List<Long> versions = new ArrayList<>();
      KafkaFixture.await(
          "version 3",
          () -> {
            follower
                .take()
                .ifPresent(
                    taken -> {
                      versions.add(taken.version());
                      taken.close();
                    });
            return versions.contains(3L);
          });
      assertThat(versions).isSorted();
      assertThat(follower.take()).isEmpty();
    }
  }

  /** The next run's version 0 is no newer by number than what the follower has. */
  @Test
  void aTopicThatIsMadeAnewForAnotherRunEndsTheFollowerForARestart() throws Exception {
    try (WeightFollower follower = follower()) {
      try (TestLearner learner = new TestLearner(kafka, ElementType.F32)) {
        for (int step = 0; step < 3; step++) {
          learner.publish(weights(0, step), step == 0);
        }
        awaitVersion(follower, 2).close();
      }
      try (Admin admin = Admin.create(kafka.clientConfig())) {
        admin
            .deleteTopics(
                List.of(kafka.topics().weights().name(), kafka.topics().weightChunks().name()))
            .all()
            .get();
        new TopicAdmin(admin, kafka.topics()).createAndCheck((short) 1);
      }
      try (TestLearner learner = new TestLearner(kafka, ElementType.F32)) {
        learner.publish(weights(1, 0), true);
        assertThat(follower.failure().get(1, TimeUnit.MINUTES))
            .isInstanceOf(RestartException.class)
            .hasMessageContaining("weights was made anew");
      }
    }
  }
}
