package io.sapo.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the admin endpoint says of a run that is going, and what the run does when told to. */
class AdminOfARunTest {
  @TempDir static Path folder;

  private static WatchedTraining training;

  @BeforeAll
  static void train() throws IOException {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    training = WatchedTraining.start(folder.resolve("run"), checkpoint, TinyCheckpoint.SETTINGS);
  }

  @AfterAll
  static void end() {
    training.close();
  }

  /** Asks until the answer is as wanted, and returns it. */
  private static String await(String path, Predicate<String> wanted) {
    AtomicReference<String> answer = new AtomicReference<>();
    Await.until(
        "the wanted answer to " + path,
        Duration.ofMinutes(2),
        () -> {
          assertThat(training.isRunning()).isTrue();
          answer.set(training.get(path));
          return wanted.test(answer.get());
        });
    return answer.get();
  }

  /**
   * Left out is what only some runs report: gauges of the garbage collector appear with the first
   * collection, dead letters with the first, and the gap of log-probabilities where a batch holds
   * tokens of its own version.
   */
  @Test
  void everyMetricOfTheGrafanaDashboardComesFromTheRun() throws IOException {
    String grafana = Files.readString(Path.of("..", "docker", "grafana", "sapo-run.json"));
    TreeSet<String> named = new TreeSet<>();
    Matcher name =
        Pattern.compile("\\b((?:sapo|jvm|process|system|kafka|djl)_[a-z_]+)\\{").matcher(grafana);
    while (name.find()) {
      named.add(name.group(1));
    }
    named.removeIf(found -> found.startsWith("jvm_gc_"));
    named.removeAll(List.of("sapo_update_log_prob_gap", "sapo_newest_dead_letters"));
    assertThat(named).hasSizeGreaterThan(30);
    named.addAll(
        List.of(
            "kafka_stream_thread_process_total",
            "kafka_producer_txn_commit_time_ns_total",
            "kafka_admin_client_request_total",
            "djl_info",
            "process_native_memory_bytes"));
    long late = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    String served = await("/metrics", m -> missing(named, m).isEmpty() || System.nanoTime() > late);
    assertThat(missing(named, served)).isEmpty();
  }

  private static List<String> missing(Iterable<String> names, String metrics) {
    List<String> missing = new ArrayList<>();
    for (String name : names) {
      if (!Pattern.compile("(?m)^" + name + "[ {]").matcher(metrics).find()) {
        missing.add(name);
      }
    }
    return missing;
  }

  @Test
  void evaluatesWhenTold() {
    String before = await("/api/evaluations", found -> count(found, "\"accuracy\"") == 2);
    String told = training.command("evaluate");
    assertThat(told).contains("\"action\":\"evaluate\"");
    await("/api/evaluations", found -> count(found, "\"accuracy\"") == 4 && !found.equals(before));
  }

  private static long count(String in, String text) {
    return Pattern.compile(text, Pattern.LITERAL).matcher(in).results().count();
  }
}
