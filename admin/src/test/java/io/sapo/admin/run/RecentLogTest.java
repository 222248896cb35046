package io.sapo.admin.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentLogTest {
  private static RecentLog<String> of(int limit, int count) {
    RecentLog<String> log = new RecentLog<>(limit);
    for (int i = 0; i < count; i++) {
      log.add(new Position(0, i), "e" + i);
    }
    return log;
  }

  @Test
  void holdsTheNewestOnlyAndCountsAll() {
    RecentLog<String> log = of(10, 1_000);

    assertThat(log.all()).hasSize(10).startsWith("e990").endsWith("e999");
    assertThat(log.seen()).isEqualTo(1_000);
    assertThat(log.get(new Position(0, 5))).isNull();
  }

  @Test
  void readingAgainChangesNothing() {
    RecentLog<String> log = of(10, 10);
    log.add(new Position(0, 3), "e3");

    assertThat(log.seen()).isEqualTo(10);
    assertThat(log.all()).hasSize(10);
  }

  @Test
  void pagesJoinAndEndAlsoWhenFiltered() {
    RecentLog<String> log = of(100, 100);
    List<String> read = new ArrayList<>();
    Position before = null;
    RecentLog.Page<String> page;
    do {
      page = log.page(before, 7, entry -> !entry.endsWith("5"));
      read.addAll(page.entries());
      String last = page.entries().get(page.entries().size() - 1);
      before = new Position(0, Long.parseLong(last.substring(1)));
    } while (page.more());

    assertThat(read).hasSize(90).doesNotHaveDuplicates().startsWith("e99").endsWith("e0");
  }

  @Test
  void aPageBeforeWhatHasLeftIsEmpty() {
    RecentLog.Page<String> page = of(10, 100).page(new Position(0, 1), 5, any -> true);

    assertThat(page.entries()).isEmpty();
    assertThat(page.more()).isFalse();
  }

  @Test
  void positionsAreReadAsTheyAreWritten() {
    assertThat(Position.parse(new Position(3, 12_345_678_901L).toString()))
        .contains(new Position(3, 12_345_678_901L));
    for (String wrong :
        List.of("", "-", "1", "1-", "a-b", "1-2-3", "-1-2", "1-99999999999999999999")) {
      assertThat(Position.parse(wrong)).as(wrong).isEmpty();
    }
  }
}
