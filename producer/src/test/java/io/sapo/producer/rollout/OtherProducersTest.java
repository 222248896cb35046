package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.rollout.OtherProducers.Sight;
import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OtherProducersTest {
  private static final long INTERVAL_MS = 1_000;

  private long seconds;
  private final OtherProducers others =
      new OtherProducers("me", () -> TimeUnit.SECONDS.toNanos(seconds));

  private void hear(String instance, String state, long intervalMs, Map<String, Double> gauges) {
    others.take(
        Status.newBuilder()
            .setComponent(Component.PRODUCER)
            .setInstance(instance)
            .setState(state)
            .setVersion(0)
            .setStartedAtMs(0)
            .setAtMs(0)
            .setIntervalMs(intervalMs)
            .setGauges(new HashMap<>(gauges))
            .setInfo(new HashMap<>())
            .build());
  }

  private void hear(String instance, double counted) {
    hear(instance, "running", INTERVAL_MS, Map.of(OtherProducers.PRODUCERS, counted));
  }

  @Test
  void aloneItWaitsForNobody() {
    assertThat(others.look(false)).isEqualTo(new Sight(List.of("me"), 0, true));
  }

  @Test
  void startsWhenAllOthersCountItIn() {
    hear("a", 2);
    hear("z", 3);
    assertThat(others.look(false).joined()).isFalse();
    hear("a", 3);
    assertThat(others.look(false)).isEqualTo(new Sight(List.of("a", "me", "z"), 0, true));
    hear("a", 2);
    assertThat(others.look(false).joined()).as("once joined").isTrue();
  }

  @Test
  void isNotKeptOutForEver() {
    for (seconds = 0; seconds <= 30; seconds++) {
      hear("a", 1);
      assertThat(others.look(false).joined()).isFalse();
    }
    hear("a", 1);
    assertThat(others.look(false).joined()).isTrue();
  }

  @Test
  void waitsAnewAfterAPause() {
    assertThat(others.look(false).joined()).isTrue();
    seconds = 1_000;
    hear("a", 1);
    assertThat(others.look(true).joined()).isFalse();
    seconds++;
    hear("a", 1);
    assertThat(others.look(false).joined()).isFalse();
    hear("a", 2);
    assertThat(others.look(false).joined()).isTrue();
  }

  @Test
  void whoIsSilentOrHasStoppedIsGone() {
    hear("a", 2);
    hear("b", 2);
    hear("b", "paused", INTERVAL_MS, Map.of());
    seconds = 3;
    assertThat(others.look(false).live()).containsExactly("a", "me");
    seconds = 4;
    assertThat(others.look(false).live()).containsExactly("me");
  }

  @Test
  void noHeartbeatIsBelievedBeyondReason() {
    hear("a", "running", Long.MAX_VALUE, Map.of(OtherProducers.UNPUBLISHED, 1e300));
    hear("b", "running", Long.MIN_VALUE, Map.of(OtherProducers.UNPUBLISHED, Double.NaN));
    hear("c", "running", INTERVAL_MS, Map.of(OtherProducers.UNPUBLISHED, -7.0));
    hear("me", "stopped", INTERVAL_MS, Map.of());
    Sight sight = others.look(false);
    assertThat(sight.live()).containsExactly("a", "b", "c", "me");
    assertThat(sight.unpublished()).isEqualTo(Integer.MAX_VALUE);
    seconds = 60;
    assertThat(others.look(false).live()).containsExactly("a", "me");
    seconds = 61;
    assertThat(others.look(false).live()).containsExactly("me");
  }
}
