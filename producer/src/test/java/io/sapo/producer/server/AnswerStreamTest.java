package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Events of servers that mean ill. */
class AnswerStreamTest {
  private static final int MOST = 30_000;

  private final List<int[]> heard = new ArrayList<>();
  private final AnswerStream stream =
      new AnswerStream(
          new VllmDialect(new ResponseRules(10, new TreeSet<>(), List.of())), MOST, heard::add);

  private static String tokens(int count) {
    return "{\"choices\": [{\"token_ids\": [%s7]}]}".formatted("7, ".repeat(count - 1));
  }

  /** All tokens were read again for each: events of twenty bytes, minutes. */
  @Test
  void eventsWithoutTokensCostNothing() {
    stream.take(tokens(MOST - 1));
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 200_000; i++) {
            stream.take("{\"choices\": []}");
          }
        });
    stream.take(tokens(1));
    assertThat(heard).hasSize(2);
    assertThat(heard.get(1)).hasSize(MOST).containsOnly(7);
    assertThat(heard.get(0)).hasSize(MOST - 1);
  }

  @Test
  void moreTokensThanWereAskedForAreNotWaitedFor() {
    stream.take(tokens(MOST));
    assertThatThrownBy(() -> stream.take(tokens(1)))
        .isInstanceOf(RefusedAnswerException.class)
        .hasMessage("it has 30001 tokens, 30000 were allowed");
  }
}
