package io.sapo.admin.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricFamiliesTest {
  private final MetricFamilies families = new MetricFamilies();

  @Test
  void aNameIsDeclaredOnceHoweverManySamplesItHas() {
    families.gauge("sapo_lag", "Behind", 3, "group", "a");
    families.gauge("sapo_lag", "Behind", 4, "group", "b");
    assertThat(families.text())
        .isEqualTo(
            """
            # HELP sapo_lag Behind
            # TYPE sapo_lag gauge
            sapo_lag{group="a"} 3.0
            sapo_lag{group="b"} 4.0
            """);
  }

  @Test
  void whatOnlyGrowsIsACounter() {
    families.named("sapo_read_total", "Read", 5);
    families.named("sapo_read", "Reading", 6);
    families.named("kafka_bytes-consumed-total", "Kafka writes hyphens", 7);
    assertThat(families.text())
        .contains("# TYPE sapo_read_total counter\nsapo_read_total 5.0\n")
        .contains("# TYPE kafka_bytes_consumed_total counter\nkafka_bytes_consumed_total 7.0\n")
        .contains("# TYPE sapo_read gauge\nsapo_read 6.0\n");
  }

  @Test
  void namesAndLabelsFromRecordsCannotBreakTheFormat() {
    families.gauge("sapo_update_a b\n{x}", "Report", Double.NaN);
    families.gauge("sapo_update_x", "Report", Double.NEGATIVE_INFINITY, "member", "a\"b\\c\nd");
    assertThat(families.text())
        .contains("\nsapo_update_a_b__x_ NaN\n")
        .contains("\nsapo_update_x{member=\"a\\\"b\\\\c\\nd\"} -Inf\n");
  }

  @Test
  void aSampleIsWrittenOnce() {
    families.gauge("sapo_producer_a-b", "Gauge", 1, "member", "p");
    families.gauge("sapo_producer_a_b", "Gauge", 2, "member", "p");
    assertThat(families.text().lines().filter(line -> line.startsWith("sapo_producer_a_b{")))
        .containsExactly("sapo_producer_a_b{member=\"p\"} 2.0");
  }

  @Test
  void aCounterThatCannotBeOneIsLeftOut() {
    families.counter("sapo_bad_total", "Bad", -1);
    families.counter("sapo_worse_total", "Worse", Double.NaN);
    families.gauge("sapo_update_odd_total", "Not grown", -2);
    assertThat(families.text()).doesNotContain("bad", "worse").contains("sapo_update_odd -2.0");
  }

  @Test
  void namesAreBounded() {
    for (int i = 0; i < 2_000; i++) {
      families.gauge("sapo_update_" + i, "Report", i);
    }
    assertThat(families.text().lines().filter(line -> line.startsWith("# TYPE"))).hasSize(1_000);
  }
}
