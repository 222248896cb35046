package io.sapo.standalone.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ProgressPrinterTest {
  private final Topics topics = new Topics("p.");
  private final RunProgress progress = new RunProgress(topics);
  private final StringWriter out = new StringWriter();

  private void learner(String state, String message) {
    Status status =
        Status.newBuilder()
            .setComponent(Component.LEARNER)
            .setInstance("learner")
            .setState(state)
            .setMessage(message)
            .setVersion(3)
            .setStartedAtMs(0)
            .setAtMs(1)
            .setIntervalMs(1_000)
            .setGauges(Map.of())
            .setInfo(Map.of())
            .build();
    ProducerRecord<byte[], byte[]> record = topics.status().record("learner/learner", status);
    progress.apply(new ConsumerRecord<>(record.topic(), 0, 0, record.key(), record.value()));
  }

  @Test
  void recoveryIsShownWhileItGoesOn() {
    ProgressPrinter lines = new ProgressPrinter(progress, new PrintWriter(out), false, 9, 5);
    learner("recovering", "folding again: version 3 of 5");
    lines.refresh();
    lines.refresh();
    learner("recovering", "folding again: version 4 of 5");
    lines.refresh();
    learner("running", "");
    lines.refresh();
    assertThat(out.toString().lines())
        .containsExactly(
            "learner folding again: version 3 of 5", "learner folding again: version 4 of 5");
  }

  /** Reasons quote what records hold. */
  @Test
  void nothingThatATerminalWouldObeyIsPrinted() {
    ProgressPrinter lines = new ProgressPrinter(progress, new PrintWriter(out), false, 9, 5);
    learner("running", "skips 3: no picture at /\u001b]0;x\u0007\n\u001b[2J\u009b");
    lines.refresh();
    assertThat(out.toString()).startsWith("learner skips 3").doesNotContain("\u001b", "\u009b");
    assertThat(out.toString().lines()).hasSize(1);
  }

  private void refused(String reason, String detail) {
    progress.apply(
        new ConsumerRecord<>(
            topics.deadLetters(),
            0,
            0,
            0,
            TimestampType.CREATE_TIME,
            0,
            0,
            new byte[0],
            new byte[0],
            DeadLetters.headers(reason, detail, topics.trajectories().name(), 0, 7),
            Optional.empty()));
  }

  /** Else nothing would say why a run that only makes dead letters does not get on. */
  @Test
  void whatIsRefusedIsSaidAtOnceAndThenEveryHalfMinute() {
    AtomicLong nanos = new AtomicLong();
    refused("malformed", "of an earlier start");
    ProgressPrinter lines =
        new ProgressPrinter(progress, new PrintWriter(out), false, 9, 5, nanos::get);
    lines.refresh();
    assertThat(out.toString()).isEmpty();
    refused("bad-reference", "reference \u001b[2J is no number");
    lines.refresh();
    refused("bad-reference", "the second");
    refused("malformed", "no Avro");
    refused("bad-reference", "the fourth");
    lines.refresh();
    assertThat(out.toString().lines())
        .containsExactly(
            "1 record refused: 1 bad-reference (last: reference \uFFFD[2J is no number)");
    nanos.addAndGet(Duration.ofSeconds(31).toNanos());
    lines.refresh();
    lines.refresh();
    assertThat(out.toString().lines().skip(1))
        .containsExactly("3 records refused: 2 bad-reference, 1 malformed (last: the fourth)");
  }

  @Test
  void onATerminalItStandsInTheLineThatChanges() {
    ProgressPrinter terminal = new ProgressPrinter(progress, new PrintWriter(out), true, 9, 5);
    learner("recovering", "folding again: version 3 of 5");
    terminal.refresh();
    assertThat(screen(80)).containsExactly("learner folding again: version 3 of 5");
    learner("running", "");
    terminal.refresh();
    assertThat(screen(80)).containsExactly("learner running");
  }

  @Test
  void inANarrowTerminalItStaysOneLine() {
    ProgressPrinter terminal = new ProgressPrinter(progress, new PrintWriter(out), true, 9, 5);
    terminal.permanent("a new run");
    learner("recovering", "folding again: version 3 of 5");
    terminal.refresh();
    terminal.refresh();
    learner("recovering", "folding again: version 4 of 5");
    terminal.refresh();
    assertThat(screen(24)).containsExactly("a new run", "learner folding again:");
  }

  /** What a terminal of so many columns shows of all that was written to it. */
  private List<String> screen(int columns) {
    List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
    boolean wraps = true;
    int column = 0;
    Matcher part = Pattern.compile("\u001b\\[(\\??\\d*[A-Za-z])|(?s)(.)").matcher(out.toString());
    while (part.find()) {
      StringBuilder row = rows.get(rows.size() - 1);
      String shown = part.group(2);
      if (shown == null) {
        switch (part.group(1)) {
          case "K" -> row.setLength(column);
          case "?7l" -> wraps = false;
          case "?7h" -> wraps = true;
          default -> throw new AssertionError("not known: " + part.group(1));
        }
      } else if (shown.equals("\r")) {
        column = 0;
      } else if (shown.equals("\n") || wraps && column == columns) {
        rows.add(new StringBuilder(shown.strip()));
        column = shown.strip().length();
      } else {
        column = Math.min(column, columns - 1);
        row.replace(column, column + 1, shown);
        column++;
      }
    }
    return rows.stream().map(row -> row.toString().stripTrailing()).toList();
  }
}
