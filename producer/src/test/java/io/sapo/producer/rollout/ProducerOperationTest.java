package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.KafkaFixture;
import io.sapo.producer.task.TaskSource;
import io.sapo.schemas.CommandOutcomes;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.Status;
import io.sapo.schemas.Task;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What operators tell a producer, and see of it. */
class ProducerOperationTest extends RunningProducer {
  private static final Duration LONG = Duration.ofMillis(1_500);

  @Test
  void operatorsPauseAndResume() throws Exception {
    command(ControlAction.PAUSE);
    learner.publish(weights(0), true);
    try (RolloutProducer producer = start(config("one", 1))) {
      Status paused = awaitStatus(status -> status.getState().equals("paused"));
      assertThat(paused.getMessage()).contains("the operator");
      assertThat(CommandOutcomes.of(List.of(paused), "c")).hasValue("done: no more rollouts begin");
      assertThat(kafka.values(kafka.topics().trajectories())).isEmpty();
      command(ControlAction.RESUME);
      await(2 * BATCH);
      awaitStatus(
          status ->
              CommandOutcomes.of(List.of(status), "c").equals(Optional.of("done: rollouts go on")));
      assertThat(producer.done()).isNotDone();
    }
  }

  @Test
  void aRolloutThreadThatStandsStillIsSeen() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    TaskSource standing =
        new TaskSource() {
          @Override
          public String name() {
            return "standing";
          }

          @Override
          public Optional<Task> next() {
            asked.countDown();
            try {
              goOn.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return Optional.empty();
          }
        };
    try (RolloutProducer producer =
        RolloutProducer.open(
            config("one", 1),
            standing,
            checkpoint,
            base(),
            kafka.topics(),
            kafka.clientConfig(),
            Clock.systemUTC())) {
      producer.start();
      Thread.sleep(2 * LONG.toMillis());
      KafkaFixture.await(
          "a beat while it waits for weights",
          () -> producer.liveness().sinceBeat().compareTo(LONG) < 0);
      learner.publish(weights(0), true);
      asked.await();
      awaitStatus(status -> status.getGauges().get(Liveness.GAUGE) > LONG.toMillis() / 1e3);
      assertThat(producer.liveness().where())
          .contains("rollouts")
          .contains("ProducerOperationTest");
      goOn.countDown();
      producer.done().get(1, TimeUnit.MINUTES);
      KafkaFixture.await("rest", () -> producer.liveness().sinceBeat().isZero());
    }
  }

  /** Positions of a topic that was made anew never come back: producers would count too little. */
  @Test
  void trajectoriesThatEndBeforeWhatWasConsumedOfThemAreNamed() throws Exception {
    learner.publish(weights(0), true, Map.of("0", 1_000_000L));
    try (RolloutProducer producer = start(config("one", 1))) {
      Status status = awaitStatus(one -> one.getMessage().contains("was made anew"));
      assertThat(status.getMessage())
          .contains(kafka.topics().trajectories().name())
          .contains("version 0 has consumed it up to 1000000");
      assertThat(producer.done()).isNotDone();
    }
  }

  private void command(ControlAction action) throws Exception {
    Control command =
        Control.newBuilder()
            .setCommandId("c")
            .setAction(action)
            .setTarget("producer")
            .setRequestedBy("the operator")
            .setAtMs(0)
            .build();
    kafka.send(kafka.topics().control().record("c", command));
  }
}
