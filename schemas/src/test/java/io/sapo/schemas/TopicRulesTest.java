package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TopicRulesTest {
  private static final Topics TOPICS =
      new Topics("sapo.", new TopicRetention(Optional.of(Duration.ofDays(90))));
  private static final String DAY_90 = Long.toString(Duration.ofDays(90).toMillis());

  private static List<TopicFinding> judged(Topic<?> topic, String key, String value) {
    Map<String, String> found = new TreeMap<>(topic.config());
    found.putIfAbsent("retention.bytes", "-1");
    found.put(key, value);
    return TopicRules.judge(topic.name(), topic.config(), found);
  }

  @Test
  void aTopicAsItIsCreatedIsFine() {
    SortedMap<String, String> found = new TreeMap<>(TOPICS.segments().config());
    assertThat(found).containsEntry("retention.ms", DAY_90);
    found.put("retention.bytes", "-1");
    found.put("cleanup.policy", "delete");
    assertThat(TopicRules.judge("sapo.segments", TOPICS.segments().config(), found)).isEmpty();
  }

  @Test
  void keepingLongerAndAllowingLargerRecordsIsFine() {
    assertThat(judged(TOPICS.segments(), "retention.ms", "-1")).isEmpty();
    assertThat(judged(TOPICS.segments(), "retention.ms", DAY_90 + "0")).isEmpty();
    assertThat(judged(TOPICS.segments(), "max.message.bytes", "1000000000")).isEmpty();
    assertThat(judged(TOPICS.segments(), "segment.bytes", "1048576")).isEmpty();
  }

  @Test
  void losingRecordsEarlierIsAWarningThatSaysHowLong() {
    assertThat(judged(TOPICS.weightChunks(), "retention.ms", "604800000"))
        .containsExactly(
            TopicFinding.warning(
                "topic sapo.weight-chunks keeps its records for 7 days, the run asks for ever; sapo topics alter sets it (retention.ms)"));
    assertThat(judged(TOPICS.weightChunks(), "retention.bytes", "4294967296"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.text()).contains("4096 MiB"));
  }

  @Test
  void smallerRecordsOrCompactionEndARun() {
    assertThat(judged(TOPICS.segments(), "max.message.bytes", "1048588"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.fatal()).isTrue());
    assertThat(judged(TOPICS.weights(), "cleanup.policy", "compact"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.fatal()).isTrue());
    assertThat(judged(TOPICS.weights(), "cleanup.policy", "compact,delete")).isNotEmpty();
  }

  @Test
  void aStatusTopicThatIsNotCompactedGrows() {
    assertThat(judged(TOPICS.status(), "cleanup.policy", "delete"))
        .anySatisfy(finding -> assertThat(finding.text()).contains("grows without end"));
    assertThat(judged(TOPICS.status(), "cleanup.policy", "compact,delete")).isEmpty();
  }
}
