package io.sapo.standalone.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
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

  @Test
  void onATerminalItStandsInTheLineThatChanges() {
    ProgressPrinter terminal = new ProgressPrinter(progress, new PrintWriter(out), true, 9, 5);
    learner("recovering", "folding again: version 3 of 5");
    terminal.refresh();
    assertThat(out.toString()).endsWith("learner folding again: version 3 of 5");
    learner("running", "");
    terminal.refresh();
    assertThat(out.toString()).endsWith("learner running");
  }
}
