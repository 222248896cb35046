package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.BrokerException;
import io.sapo.command.CommandFailure;
import io.sapo.configuration.ConfigException;
import io.sapo.schemas.RestartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static Exception role(Exception cause) {
    return CommandFailure.failed("the role failed", new IllegalStateException("here", cause));
  }

  @Test
  void whatANewStartMayMendHasItsOwnCode() {
    assertThat(Failures.exitCode(new TimeoutException("late"))).isEqualTo(4);
    assertThat(Failures.exitCode(role(new TimeoutException("late")))).isEqualTo(4);
    assertThat(Failures.exitCode(role(new UnknownServerException("unexpected")))).isEqualTo(4);
    Exception state = new ProcessorStateException("no room", new IOException("No space left"));
    assertThat(Failures.exitCode(role(state))).isEqualTo(4);
    assertThat(Failures.exitCode(role(new RestartException("made anew")))).isEqualTo(4);
    assertThat(Failures.exitCode(role(new InvalidPidMappingException("expired")))).isEqualTo(4);
  }

  @Test
  void whatItWillNotMendIsAFailure() {
    assertThat(Failures.exitCode(role(new IOException("gone")))).isEqualTo(1);
    assertThat(Failures.exitCode(role(new FencedInstanceIdException("same name")))).isEqualTo(1);
    assertThat(Failures.exitCode(new BrokerException("port in use", null))).isEqualTo(1);
    assertThat(Failures.exitCode(CommandFailure.usage("--so"))).isEqualTo(2);
    assertThat(Failures.exitCode(new ConfigException(List.of("a.key: no")))).isEqualTo(2);
  }

  @Test
  void whatNobodyForesawSaysWhatToDo() {
    assertThat(Failures.unforeseen(new TimeoutException("Failed to get offsets")))
        .isEqualTo(
            "TimeoutException: Failed to get offsets; this lies outside of sapo, and started again"
                + " it may go on (see also sapo doctor)");
    assertThat(Failures.unforeseen(new IllegalStateException("odd"))).contains("--verbose");
  }

  @Test
  void aFileThatCannotBeUsedIsNamedWithWhatIsWrongWithIt() {
    assertThat(Failures.unforeseen(new FileAlreadyExistsException("/data/run")))
        .startsWith("/data/run is there already, and is no folder");
    assertThat(
            Failures.unforeseen(
                new UncheckedIOException(new AccessDeniedException("/data/run/learner"))))
        .startsWith("/data/run/learner may not be read or written by this user");
    assertThat(Failures.unforeseen(new NoSuchFileException("a.yaml")))
        .startsWith("a.yaml does not exist");
    assertThat(Failures.unforeseen(new NotDirectoryException("a.yaml")))
        .startsWith("a.yaml is no folder");
    assertThat(
            Failures.unforeseen(new FileSystemException("/mnt/x", null, "Read-only file system")))
        .startsWith("/mnt/x cannot be used: Read-only file system");
  }
}
