package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import io.sapo.policy.network.BaseModel;
import io.sapo.producer.weights.FollowedWeights;
import io.sapo.producer.weights.WeightFollower;
import io.sapo.standalone.kafka.KafkaAccess;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The newest committed version of a run, read once. */
public final class NewestWeights {
  private static final int PATIENCE_SECONDS = 60;

  private NewestWeights() {}

  /**
   * The caller closes them.
   *
   * @param base what they stand on; stays the caller's
   * @throws CommandFailure when the run has none, or none that passes its checks
   */
  public static FollowedWeights of(KafkaAccess kafka, BaseModel base) throws InterruptedException {
    Semaphore news = new Semaphore(0);
    try (WeightFollower follower =
        new WeightFollower(kafka.client(), kafka.topics(), base, news::release)) {
      follower.failure().thenRun(news::release);
      follower.start();
      while (news.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        Optional<FollowedWeights> weights = follower.take();
        if (weights.isPresent()) {
          return weights.get();
        }
        if (follower.failure().isDone()) {
          throw CommandFailure.failed(
              "cannot read the weights: " + follower.failure().join().getMessage(),
              follower.failure().join());
        }
        if (follower.refusals().count() > 0) {
          throw CommandFailure.failed("weights refused: " + follower.refusals().last());
        }
      }
      throw CommandFailure.failed(
          kafka.topics().weights().name() + " holds no weights yet; has training begun?");
    }
  }
}
