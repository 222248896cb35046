package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.Weights;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.TinyModel;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.producer.rollout.WeightsInUse;
import io.sapo.producer.weights.FollowedWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose fault it is that a turn is not generated. */
@Timeout(60)
class RefusedTurnsTest {
  /** Refuses what it gets, for one reason. */
  private record RefusingEngine(Optional<String> field, List<Outcome> ended)
      implements RolloutEngine {
    @Override
    public int freeSlots() {
      return 1;
    }

    @Override
    public int running() {
      return ended.size();
    }

    @Override
    public void use(Weights weights, long version) {}

    @Override
    public void submit(GenerationRequest request) {
      ended.add(new Outcome.Refused(request.id(), "it must be another", field));
    }

    @Override
    public List<Outcome> advance() {
      List<Outcome> all = List.copyOf(ended);
      ended.clear();
      return all;
    }

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @CsvSource({"temperature, BAD_REQUEST", ", FAILED"})
  void aFieldThatMustBeAnotherIsTheCallers(String field, Kind kind, @TempDir Path temp)
      throws Exception {
    CheckpointFolder checkpoint = TinyModel.write(temp.resolve("model"), 1);
    Files.writeString(
        checkpoint.path().resolve("chat_template.jinja"),
        "{% for message in messages %}{{ message['content'] }}\n{% endfor %}");
    Iterator<FollowedWeights> versions = List.of(new FollowedWeights(0, null, () -> {})).iterator();
    WeightsInUse weights =
        new WeightsInUse(
            () -> versions.hasNext() ? Optional.of(versions.next()) : Optional.empty(),
            WeightUptake.IN_FLIGHT);
    GenerationThread thread =
        new GenerationThread(
            new RefusingEngine(Optional.ofNullable(field), new ArrayList<>()), weights, 4);
    thread.start();
    try (CheckpointProfile profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT)) {
      Conversations conversations = new Conversations(10, 1 << 20, Duration.ofMinutes(1));
      Turns turns =
          new Turns(new TurnPrompts(profile), conversations, 200, "gate", Clock.systemUTC());
      ChatRequest request =
          new ChatRequest(
              List.of(new ChatRequest.Message("user", "Hi")),
              Tools.NONE,
              List.of(),
              new Sampling(0.5, 1, 0, 8),
              Optional.of(1L),
              Optional.empty());
      Throwable problem =
          catchThrowable(
              () ->
                  new TurnGeneration(1, turns, thread, conversations, over -> {})
                      .generate(request, turns.of(request), Optional.empty())
                      .get(20, TimeUnit.SECONDS));
      assertThat(problem.getCause())
          .isInstanceOfSatisfying(
              GatewayException.class,
              refused -> {
                assertThat(refused.kind()).isEqualTo(kind);
                assertThat(refused.field()).isEqualTo(Optional.ofNullable(field));
                assertThat(refused).hasMessage("it must be another");
              });
    } finally {
      thread.stop();
    }
  }
}
