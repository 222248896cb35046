package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.command.Surroundings;
import io.sapo.standalone.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RunOptionsTest {
  @TempDir Path folder;
  private RunFolder newest;

  @BeforeEach
  void start() throws IOException {
    newest = new RunFolder(folder.resolve("newest"));
    newest.keepSettings("kafka.topic-prefix: newest.\n");
  }

  private RunOptions.Target target(String... arguments) {
    RunOptions options = new RunOptions(() -> Optional.of(newest));
    CommandLine.populateCommand(options, arguments);
    return options.target(new Surroundings(Map.of(), folder, false));
  }

  @Test
  void namedBrokersAreNotThoseOfTheRunThatWasStartedLast() {
    for (String[] brokers :
        new String[][] {
          {"--bootstrap-servers", "elsewhere:9092"},
          {"--set", "kafka.bootstrap-servers=elsewhere:9092"}
        }) {
      RunOptions.Target target = target(brokers);
      assertThat(target.folder().exists()).isFalse();
      assertThat(target.settings().text("kafka.topic-prefix")).isNotEqualTo("newest.");
    }
  }

  @Test
  void withoutBrokersItIsTheOneStartedLastAndANamedOneAlways() throws IOException {
    assertThat(target().folder()).isEqualTo(newest);
    assertThat(target().settings().text("kafka.topic-prefix")).isEqualTo("newest.");
    RunFolder named = new RunFolder(folder.resolve("named"));
    named.keepSettings("kafka.topic-prefix: named.\n");
    RunOptions.Target target =
        target("--data", named.path().toString(), "--bootstrap-servers", "elsewhere:9092");
    assertThat(target.folder()).isEqualTo(named);
    assertThat(target.settings().text("kafka.topic-prefix")).isEqualTo("named.");
  }
}
