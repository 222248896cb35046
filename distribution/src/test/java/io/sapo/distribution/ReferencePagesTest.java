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
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Pages that list all there is of a kind do. */
class ReferencePagesTest {
  private static final Path DOCS = Path.of("..", "docs");

  private static final Pattern METRIC =
      Pattern.compile("\\b(put\\(|phase\\(|lap\\(|PUBLISHED_AGAIN = )\\s*\"([a-z_]+)\"");

  private static final Pattern CODE = Pattern.compile("`([a-z0-9_]+)`");

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

  /** By the learner's sources: no run has all of them. */
  @Test
  void everyMetricOfAnUpdateIsExplainedAndNoOther() throws IOException {
    Path learner = Path.of("..", "learner/src/main/java/io/sapo/learner");
    Set<String> known = new TreeSet<>();
    for (String file :
        List.of(
            "fold/Metrics.java",
            "fold/PassCount.java",
            "fold/Update.java",
            "Stopwatch.java",
            "TrainingLoop.java")) {
      Matcher name = METRIC.matcher(Files.readString(learner.resolve(file)));
      while (name.find()) {
        boolean phase = name.group(1).equals("phase(");
        known.add((phase ? "seconds_" : "") + name.group(2));
        if (name.group(1).equals("lap(")) {
          known.add(name.group(2).replace("seconds_", "share_"));
        }
      }
    }
    assertThat(known).hasSizeGreaterThan(40);
    assertThat(missing("metrics.md", List.copyOf(known))).isEmpty();
    Matcher shown = CODE.matcher(Files.readString(DOCS.resolve("metrics.md")));
    Set<String> unknown = new TreeSet<>();
    while (shown.find()) {
      if (!known.contains(shown.group(1))) {
        unknown.add(shown.group(1));
      }
    }
    assertThat(unknown).containsExactly("mlflow", "staleness_0", "staleness_1", "tensorboard");
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
