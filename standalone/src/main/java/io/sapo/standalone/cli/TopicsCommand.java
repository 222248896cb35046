package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Surroundings;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.TopicFinding;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.kafka.TopicList;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo topics}. */
@Command(name = "topics", description = "Lists, creates or checks the topics of a run.")
final class TopicsCommand {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;

  TopicsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(name = "list", description = "Prints the topics with partitions and sizes.")
  int list(
      @Mixin RunOptions options, @Option(names = "--json", description = "As JSON.") boolean json)
      throws InterruptedException {
    return withAdmin(
        options,
        (access, admin) -> {
          List<TopicList.Row> rows = TopicList.of(admin, access.topics());
          PrintWriter out = spec.commandLine().getOut();
          if (json) {
            out.println(Json.of(rows));
          } else {
            out.printf("%-28s %10s %9s %12s%n", "topic", "partitions", "replicas", "offsets");
            for (TopicList.Row row : rows) {
              if (row.present()) {
                out.printf(
                    "%-28s %10d %9d %12d%n",
                    row.topic(), row.partitions(), row.replicas(), row.offsets());
              } else {
                out.printf("%-28s %10s%n", row.topic(), "missing");
              }
            }
          }
          out.flush();
          return ExitCodes.FINE;
        });
  }

  @Command(name = "create", description = "Creates what is missing, then checks.")
  int create(@Mixin RunOptions options) throws InterruptedException {
    return withAdmin(
        options,
        (access, admin) ->
            report(new TopicAdmin(admin, access.topics()).createAndCheck(access.replication())));
  }

  @Command(
      name = "alter",
      description =
          "Gives the topics the retention that the settings ask for now (kafka.retention).")
  int alter(@Mixin RunOptions options) throws InterruptedException {
    return withAdmin(
        options,
        (access, admin) -> {
          List<String> changed = new TopicAdmin(admin, access.topics()).alterRetention();
          PrintWriter out = spec.commandLine().getOut();
          out.println(
              changed.isEmpty()
                  ? "all topics keep their records as the settings ask"
                  : String.join("\n", changed));
          out.flush();
          return ExitCodes.FINE;
        });
  }

  @Command(
      name = "check",
      description = {
        "Names every topic that is missing, or whose settings are below what a run needs.",
        "Exit code 1 when a run could not work with one; 0 when there are only warnings."
      })
  int check(@Mixin RunOptions options) throws InterruptedException {
    return withAdmin(
        options, (access, admin) -> report(new TopicAdmin(admin, access.topics()).check()));
  }

  private int report(List<TopicFinding> findings) {
    PrintWriter out = spec.commandLine().getOut();
    if (findings.isEmpty()) {
      out.println("all topics are as they should be");
    }
    for (TopicFinding finding : findings) {
      out.println((finding.fatal() ? "failed   " : "warning  ") + finding.text());
    }
    out.flush();
    return findings.stream().anyMatch(TopicFinding::fatal) ? ExitCodes.FAILED : ExitCodes.FINE;
  }

  private interface Work {
    int run(KafkaAccess access, Admin admin) throws ExecutionException, InterruptedException;
  }

  private int withAdmin(RunOptions options, Work work) throws InterruptedException {
    try (KafkaAccess access = options.target(surroundings).open();
        Admin admin = access.admin()) {
      return work.run(access, admin);
    } catch (ExecutionException e) {
      throw CommandFailure.failed("Kafka refused: " + e.getCause().getMessage(), e);
    }
  }
}
