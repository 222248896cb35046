package io.sapo.segmenter.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class JudgeQueueTest {
  private static final long MS = 1_000_000;
  private static final Outcome AWAY = new Outcome.Failed("refused", true, Duration.ZERO);
  private static final Outcome WRONG = Outcome.wrong("no JSON");

  private final Map<String, Outcome> done = new LinkedHashMap<>();
  private long now = 1_000 * MS;

  private JudgeQueue queue(int batch, int inFlight) {
    JudgeQueue queue =
        new JudgeQueue(JudgeCases.effort(batch, inFlight, Duration.ofSeconds(1), 3), batch);
    return queue;
  }

  private void add(JudgeQueue queue, String... ids) {
    for (String id : ids) {
      queue.add(JudgeCases.request(id), outcome -> done.put(id, outcome));
    }
  }

  private static List<String> ids(List<JudgeQueue.Case> batch) {
    return batch.stream().map(one -> one.request.getTrajectoryId()).toList();
  }

  private void settle(
      JudgeQueue queue, List<JudgeQueue.Case> batch, Function<String, Outcome> outcome) {
    queue.settle(batch, ids(batch).stream().map(outcome).toList(), now);
  }

  @Test
  void asksInOrderInBatchesAndNoMoreThanAllowedAtATime() {
    JudgeQueue queue = queue(2, 2);
    add(queue, "a", "b", "c", "d", "e");

    List<JudgeQueue.Case> first = queue.next(now);
    List<JudgeQueue.Case> second = queue.next(now);
    assertThat(ids(first)).containsExactly("a", "b");
    assertThat(ids(second)).containsExactly("c", "d");
    assertThat(queue.next(now)).isEmpty();
    assertThat(queue.waitNanos(now)).isEqualTo(Long.MAX_VALUE);

    settle(queue, first, id -> JudgeCases.judged(1));
    assertThat(done.keySet()).containsExactly("a", "b");
    assertThat(queue.waitNanos(now)).isZero();
    assertThat(ids(queue.next(now))).containsExactly("e");
  }

  @Test
  void aJudgeThatIsAwayIsTriedLessAndLessOftenAndNothingIsHeldAgainstResponses() {
    JudgeQueue queue = queue(2, 3);
    add(queue, "a", "b", "c", "d");
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      List<JudgeQueue.Case> batch = queue.next(now);
      assertThat(ids(batch)).containsExactly("a", "b");
      if (i > 0) {
        assertThat(queue.next(now)).as("one at a time").isEmpty();
      }
      settle(queue, batch, id -> AWAY);
      assertThat(queue.away()).isTrue();
      assertThat(queue.next(now)).isEmpty();
      pauses.add(queue.waitNanos(now) / MS);
      now += queue.waitNanos(now);
    }
    assertThat(pauses.subList(0, 6)).containsExactly(10L, 20L, 40L, 80L, 80L, 80L);
    assertThat(done).isEmpty();

    settle(queue, queue.next(now), id -> JudgeCases.judged(1));
    assertThat(queue.away()).isFalse();
    assertThat(ids(queue.next(now))).containsExactly("c", "d");
  }

  @Test
  void whatTheJudgeAsksForIsWaited() {
    JudgeQueue queue = queue(1, 1);
    add(queue, "a");
    settle(
        queue, queue.next(now), id -> new Outcome.Failed("slow down", true, Duration.ofSeconds(7)));
    assertThat(queue.waitNanos(now)).isEqualTo(7_000 * MS);
  }

  @Test
  void oneBadResponseEndsAloneAndIsGivenUpWhileOthersAreJudged() {
    JudgeQueue queue = queue(8, 1);
    add(queue, "a", "b", "c", "bad", "d", "e", "f", "g");
    int failed = 0;
    List<String> all = List.of("a", "b", "c", "bad", "d", "e", "f", "g");
    for (int i = 0; i < 100 && !done.keySet().containsAll(all); i++) {
      List<JudgeQueue.Case> batch = queue.next(now);
      if (batch.isEmpty()) {
        now += queue.waitNanos(now);
        continue;
      }
      now += 5 * MS;
      boolean poisoned = ids(batch).contains("bad");
      failed += poisoned ? 1 : 0;
      settle(queue, batch, id -> poisoned ? WRONG : JudgeCases.judged(1));
      add(queue, "more " + i);
    }
    assertThat(done.get("bad")).isSameAs(WRONG);
    assertThat(queue.givenUp()).isEqualTo(1);
    done.remove("bad");
    assertThat(done.values()).allMatch(Outcome.Judged.class::isInstance);
    assertThat(done.keySet()).contains("a", "b", "c", "d", "e", "f", "g");
    assertThat(failed).as("in batches of 8, 4, 2, then alone").isEqualTo(6);
  }

  @Test
  void whoIsAskedAboutBesideABadResponseIsNotGivenUpWithIt() {
    JudgeQueue queue = queue(16, 1);
    add(queue, "bad");
    for (int i = 1; i < 16; i++) {
      add(queue, "good " + i);
    }
    for (int i = 0; i < 200 && !done.containsKey("bad"); i++) {
      List<JudgeQueue.Case> batch = queue.next(now);
      if (batch.isEmpty()) {
        now += queue.waitNanos(now);
        continue;
      }
      boolean poisoned = ids(batch).contains("bad");
      settle(queue, batch, id -> poisoned ? WRONG : JudgeCases.judged(1));
      // Judged before the next retry, so that the judge is known to work.
      add(queue, "other " + i);
      List<JudgeQueue.Case> other = queue.next(now);
      if (!ids(other).contains("bad")) {
        settle(queue, other, id -> JudgeCases.judged(1));
      } else {
        settle(queue, other, id -> WRONG);
      }
    }
    assertThat(done.remove("bad")).isSameAs(WRONG);
    assertThat(done.keySet()).contains("good 1", "good 8", "good 15");
    assertThat(done.values()).allMatch(Outcome.Judged.class::isInstance);
  }

  @Test
  void aJudgeThatIsWrongOnEverythingCostsNoResponse() {
    JudgeQueue queue = queue(4, 2);
    add(queue, "a", "b", "c", "d", "e");
    for (int i = 0; i < 200; i++) {
      List<JudgeQueue.Case> batch = queue.next(now);
      if (batch.isEmpty()) {
        now += queue.waitNanos(now);
      } else {
        settle(queue, batch, id -> WRONG);
      }
    }
    assertThat(done).isEmpty();
    assertThat(queue.trouble()).isEqualTo("no JSON");

    while (done.size() < 5) {
      List<JudgeQueue.Case> batch = queue.next(now);
      if (batch.isEmpty()) {
        now += queue.waitNanos(now);
      } else {
        settle(queue, batch, id -> JudgeCases.judged(0));
      }
    }
    assertThat(done.values()).allMatch(Outcome.Judged.class::isInstance);
    assertThat(queue.trouble()).isEmpty();
  }

  @Test
  void whatWasDroppedIsNotAskedAgain() {
    JudgeQueue queue = queue(1, 2);
    add(queue, "a", "b", "c");
    settle(queue, queue.next(now), id -> WRONG);
    queue.drop(request -> !request.getTrajectoryId().equals("c"));
    now += 1_000 * MS;
    assertThat(ids(queue.next(now))).containsExactly("c");
    assertThat(queue.size()).isZero();
  }
}
