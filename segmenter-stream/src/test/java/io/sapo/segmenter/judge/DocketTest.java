package io.sapo.segmenter.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class DocketTest {
  private static final long MS = 1_000_000;
  private static final Outcome AWAY = new Outcome.Failed("refused", true, Duration.ZERO);
  private static final Outcome WRONG = Outcome.wrong("no JSON");

  private final Map<String, Outcome> done = new LinkedHashMap<>();
  private long now = 1_000 * MS;

  private Docket docket(int batch, int inFlight) {
    Docket docket = new Docket(JudgeCases.effort(batch, inFlight, Duration.ofSeconds(1), 3), batch);
    return docket;
  }

  private void add(Docket docket, String... ids) {
    for (String id : ids) {
      docket.add(JudgeCases.request(id), outcome -> done.put(id, outcome));
    }
  }

  private static List<String> ids(List<Docket.Case> batch) {
    return batch.stream().map(one -> one.request.getTrajectoryId()).toList();
  }

  private void settle(Docket docket, List<Docket.Case> batch, Function<String, Outcome> outcome) {
    docket.settle(batch, ids(batch).stream().map(outcome).toList(), now);
  }

  @Test
  void asksInOrderInBatchesAndNoMoreThanAllowedAtATime() {
    Docket docket = docket(2, 2);
    add(docket, "a", "b", "c", "d", "e");

    List<Docket.Case> first = docket.next(now);
    List<Docket.Case> second = docket.next(now);
    assertThat(ids(first)).containsExactly("a", "b");
    assertThat(ids(second)).containsExactly("c", "d");
    assertThat(docket.next(now)).isEmpty();
    assertThat(docket.waitNanos(now)).isEqualTo(Long.MAX_VALUE);

    settle(docket, first, id -> JudgeCases.judged(1));
    assertThat(done.keySet()).containsExactly("a", "b");
    assertThat(docket.waitNanos(now)).isZero();
    assertThat(ids(docket.next(now))).containsExactly("e");
  }

  @Test
  void aJudgeThatIsAwayIsTriedLessAndLessOftenAndNothingIsHeldAgainstResponses() {
    Docket docket = docket(2, 3);
    add(docket, "a", "b", "c", "d");
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      List<Docket.Case> batch = docket.next(now);
      assertThat(ids(batch)).containsExactly("a", "b");
      if (i > 0) {
        assertThat(docket.next(now)).as("one at a time").isEmpty();
      }
      settle(docket, batch, id -> AWAY);
      assertThat(docket.away()).isTrue();
      assertThat(docket.next(now)).isEmpty();
      pauses.add(docket.waitNanos(now) / MS);
      now += docket.waitNanos(now);
    }
    assertThat(pauses.subList(0, 6)).containsExactly(10L, 20L, 40L, 80L, 80L, 80L);
    assertThat(done).isEmpty();

    settle(docket, docket.next(now), id -> JudgeCases.judged(1));
    assertThat(docket.away()).isFalse();
    assertThat(ids(docket.next(now))).containsExactly("c", "d");
  }

  @Test
  void whatTheJudgeAsksForIsWaited() {
    Docket docket = docket(1, 1);
    add(docket, "a");
    settle(
        docket,
        docket.next(now),
        id -> new Outcome.Failed("slow down", true, Duration.ofSeconds(7)));
    assertThat(docket.waitNanos(now)).isEqualTo(7_000 * MS);
  }

  @Test
  void oneBadResponseEndsAloneAndIsGivenUpWhileOthersAreJudged() {
    Docket docket = docket(8, 1);
    add(docket, "a", "b", "c", "bad", "d", "e", "f", "g");
    int failed = 0;
    List<String> all = List.of("a", "b", "c", "bad", "d", "e", "f", "g");
    for (int i = 0; i < 100 && !done.keySet().containsAll(all); i++) {
      List<Docket.Case> batch = docket.next(now);
      if (batch.isEmpty()) {
        now += docket.waitNanos(now);
        continue;
      }
      now += 5 * MS;
      boolean poisoned = ids(batch).contains("bad");
      failed += poisoned ? 1 : 0;
      settle(docket, batch, id -> poisoned ? WRONG : JudgeCases.judged(1));
      add(docket, "more " + i);
    }
    assertThat(done.get("bad")).isSameAs(WRONG);
    assertThat(docket.givenUp()).isEqualTo(1);
    done.remove("bad");
    assertThat(done.values()).allMatch(Outcome.Judged.class::isInstance);
    assertThat(done.keySet()).contains("a", "b", "c", "d", "e", "f", "g");
    assertThat(failed).as("in batches of 8, 4, 2, then alone").isEqualTo(6);
  }

  @Test
  void whoIsAskedAboutBesideABadResponseIsNotGivenUpWithIt() {
    Docket docket = docket(16, 1);
    add(docket, "bad");
    for (int i = 1; i < 16; i++) {
      add(docket, "good " + i);
    }
    for (int i = 0; i < 200 && !done.containsKey("bad"); i++) {
      List<Docket.Case> batch = docket.next(now);
      if (batch.isEmpty()) {
        now += docket.waitNanos(now);
        continue;
      }
      boolean poisoned = ids(batch).contains("bad");
      settle(docket, batch, id -> poisoned ? WRONG : JudgeCases.judged(1));
      // Judged before the next retry, so that the judge is known to work.
      add(docket, "other " + i);
      List<Docket.Case> other = docket.next(now);
      if (!ids(other).contains("bad")) {
        settle(docket, other, id -> JudgeCases.judged(1));
      } else {
        settle(docket, other, id -> WRONG);
      }
    }
    assertThat(done.remove("bad")).isSameAs(WRONG);
    assertThat(done.keySet()).contains("good 1", "good 8", "good 15");
    assertThat(done.values()).allMatch(Outcome.Judged.class::isInstance);
  }

  @Test
  void aJudgeThatIsWrongOnEverythingCostsNoResponse() {
    Docket docket = docket(4, 2);
    add(docket, "a", "b", "c", "d", "e");
    for (int i = 0; i < 200; i++) {
      List<Docket.Case> batch = docket.next(now);
      if (batch.isEmpty()) {
        now += docket.waitNanos(now);
      } else {
        settle(docket, batch, id -> WRONG);
      }
    }
    assertThat(done).isEmpty();
    assertThat(docket.trouble()).isEqualTo("no JSON");

    while (done.size() < 5) {
      List<Docket.Case> batch = docket.next(now);
      if (batch.isEmpty()) {
        now += docket.waitNanos(now);
      } else {
        settle(docket, batch, id -> JudgeCases.judged(0));
      }
    }
    assertThat(done.values()).allMatch(Outcome.Judged.class::isInstance);
    assertThat(docket.trouble()).isEmpty();
  }

  @Test
  void whatWasDroppedIsNotAskedAgain() {
    Docket docket = docket(1, 2);
    add(docket, "a", "b", "c");
    settle(docket, docket.next(now), id -> WRONG);
    docket.drop(request -> !request.getTrajectoryId().equals("c"));
    now += 1_000 * MS;
    assertThat(ids(docket.next(now))).containsExactly("c");
    assertThat(docket.size()).isZero();
  }
}
