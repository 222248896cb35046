package io.sapo.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Thresholds;
import io.sapo.admin.health.Condition;
import io.sapo.admin.health.Health;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.Lags;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.topology.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages that list all there is of a kind do. */
class ReferencePagesTest {
  private static final Path DOCS = Path.of("..", "docs");

  private static List<String> missing(String page, List<String> names) throws IOException {
    String text = Files.readString(DOCS.resolve(page));
    List<String> missing = new ArrayList<>();
    for (String name : names) {
      if (!text.contains("`" + name + "`")) {
        missing.add(name);
      }
    }
    return missing;
  }

  @Test
  void theProtocolNamesEveryTopicAndRecord() throws IOException {
    Topics topics = new Topics("");
    List<String> names = new ArrayList<>();
    for (Topic<?> topic : topics.typed()) {
      names.add(topic.name());
    }
    topics.recordTypes().forEach(codec -> names.add(codec.type().getSimpleName()));
    names.addAll(
        List.of(
            topics.verdicts().name(),
            topics.judgeRequests("NAME").name(),
            topics.deadLetters(),
            topics.schemas()));
    assertThat(missing("protocol.md", names)).isEmpty();
  }

  @Test
  void theProtocolSaysHowManyPartitionsAreCreated() throws IOException {
    List<String> lines = Files.readAllLines(DOCS.resolve("protocol.md"));
    for (Topic<?> topic : new Topics("").typed()) {
      String row =
          lines.stream()
              .filter(line -> line.startsWith("| `" + topic.name() + "` |"))
              .findFirst()
              .orElseThrow();
      assertThat(row.split("\\|")[4].strip())
          .as(topic.name())
          .matches(topic.partitions() + "\\b.*")
          .satisfies(
              said ->
                  assertThat(said.contains("compacted"))
                      .isEqualTo(
                          topic.config().getOrDefault("cleanup.policy", "").contains("compact")));
    }
  }

  @Test
  void theProtocolNamesEveryHeaderAndReason() throws IOException {
    List<String> names =
        new ArrayList<>(
            List.of(
                RecordDigest.HEADER,
                DeadLetters.REASON,
                DeadLetters.DETAIL,
                DeadLetters.SOURCE_TOPIC,
                DeadLetters.SOURCE_PARTITION,
                DeadLetters.SOURCE_OFFSET));
    for (Reason reason : Reason.values()) {
      names.add(reason.label());
    }
    for (PromptRefusedException.Reason reason : PromptRefusedException.Reason.values()) {
      names.add(reason.label());
    }
    assertThat(missing("protocol.md", names)).isEmpty();
  }

  @Test
  void operatorsAreToldOfEveryCondition() throws IOException {
    List<Condition> conditions =
        new Health(Thresholds.defaults())
            .judge(
                new RunState(new Topics(""), Limits.defaults()),
                Lags.unknown(0, "nothing is known"),
                "",
                false,
                0);
    List<String> ids = conditions.stream().map(Condition::id).toList();
    assertThat(ids).hasSizeGreaterThan(10);
    assertThat(missing("operations.md", ids)).isEmpty();
    assertThat(missing("admin.md", ids)).isEmpty();
  }
}
