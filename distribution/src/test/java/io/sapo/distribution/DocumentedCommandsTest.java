package io.sapo.distribution;

import static io.sapo.distribution.CommandInProcess.LONGEST_SECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.command.Surroundings;
import io.sapo.distribution.CommandInProcess.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command that the documents show works, on a prepared run; but for those that {@link NotRun}
 * gives a reason for.
 */
class DocumentedCommandsTest {
  private static final int TOGETHER = 4;

  @TempDir static Path folder;
  private static PreparedRun run;

  /** All but roles, begun at once: most wait more than they compute. */
  private static final Map<ShownCommand, Future<Outcome>> begun = new LinkedHashMap<>();

  private static final ExecutorService pool = Executors.newFixedThreadPool(TOGETHER);

  /** They share a folder of results. */
  private static final ExecutorService experiments = Executors.newSingleThreadExecutor();

  @BeforeAll
  static void prepare() throws Exception {
    run = PreparedRun.in(folder);
    for (ShownCommand shown : commands().toList()) {
      ConcreteCommand command = new ConcreteCommand(run, shown);
      if (!command.isRole()) {
        ExecutorService lane = command.isExperiment() ? experiments : pool;
        begun.put(
            shown,
            lane.submit(() -> CommandInProcess.run(command.surroundings(), command.arguments())));
      }
    }
  }

  @AfterAll
  static void close() throws IOException {
    pool.shutdownNow();
    experiments.shutdownNow();
    run.close();
  }

  /** Each once, where it is shown first. */
  private static Stream<ShownCommand> shown() throws IOException {
    Map<List<String>, ShownCommand> first = new LinkedHashMap<>();
    for (ShownCommand shown : DocumentsTest.commands()) {
      first.putIfAbsent(shown.words(), shown);
    }
    return first.values().stream();
  }

  static Stream<ShownCommand> commands() throws IOException {
    return shown().filter(shown -> NotRun.of(shown).isEmpty());
  }

  private static Outcome outcome(ShownCommand shown) throws Exception {
    if (begun.containsKey(shown)) {
      return begun.get(shown).get(LONGEST_SECONDS, SECONDS);
    }
    // Roles are stopped by a signal, which goes to the process: nothing else may listen for it.
    for (Future<Outcome> other : begun.values()) {
      other.get(LONGEST_SECONDS, SECONDS);
    }
    ConcreteCommand role = new ConcreteCommand(run, shown);
    return CommandInProcess.runUntilReady(role.surroundings(), role.arguments());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandWorks(ShownCommand shown) throws Exception {
    Outcome outcome = outcome(shown);
    assertThat(outcome.exitCode()).as("%s%n%s", shown, outcome).isZero();
    assertThat(outcome.out()).as("%s", shown).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyReasonNotToRunIsNeeded(NotRun reason) throws IOException {
    assertThat(shown().filter(reason::covers)).isNotEmpty();
  }

  /** They take minutes, so that only their names are tried. */
  @Test
  void everyBenchmarkExists() throws Exception {
    Surroundings surroundings = run.surroundings();
    String known =
        CommandInProcess.run(surroundings, List.of("bench", "none")).err().split("one of: ")[1];
    List<String> names = List.of(known.strip().split(", "));
    for (ShownCommand shown : shown().filter(NotRun.BENCHMARK::covers).toList()) {
      for (String word : shown.words().subList(1, shown.words().size())) {
        if (word.matches("[a-z]+")) {
          assertThat(names).as("%s", shown).contains(word);
        }
      }
    }
  }
}
