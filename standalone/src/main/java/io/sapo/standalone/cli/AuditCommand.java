package io.sapo.standalone.cli;

import io.sapo.audit.AuditReport;
import io.sapo.audit.StoredCheckpoints;
import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Printable;
import io.sapo.command.Surroundings;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Topics;
import io.sapo.standalone.audit.LearnerCheckpoints;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.kafka.KafkaAccess;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo audit}. */
@Command(
    name = "audit",
    description = {
      "Reads a run's topics and checkpoints and proves that every record is accounted for exactly"
          + " once, or prints what is wrong.",
      "Exit code 1 when something is wrong. The run may be training meanwhile."
    })
final class AuditCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  AuditCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunOptions.Target target = options.target(surroundings);
    try (KafkaAccess access = target.open();
        Admin admin = access.admin();
        CommittedLog log = new CommittedLog(admin, access.client())) {
      Topics topics = access.topics();
      if (log.partitions(topics.weights().name()).isEmpty()) {
        throw CommandFailure.failed(
            "there is no topic %s at %s; check kafka.topic-prefix"
                .formatted(topics.weights().name(), access.bootstrapServers()));
      }
      AuditReport report =
          RunAudit.of(admin, log, topics).run(checkpoints(target.folder().learner()));
      print(report);
      return report.clean() ? ExitCodes.FINE : ExitCodes.FAILED;
    } catch (ExecutionException e) {
      throw CommandFailure.failed("Kafka refused: " + e.getCause().getMessage(), e);
    }
  }

  private static StoredCheckpoints checkpoints(Path folder) {
    return Files.isDirectory(folder) ? new LearnerCheckpoints(folder) : null;
  }

  private void print(AuditReport report) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("clean", report.clean());
      fields.put("wrong", report.wrong());
      fields.put("checked", report.counts());
      fields.put("findings", report.findings());
      fields.put("waiting", report.waiting());
      fields.put("notes", report.notes());
      out.println(Json.of(fields));
    } else {
      report
          .findings()
          .forEach(finding -> out.println("WRONG    " + Printable.line(finding.toString())));
      report.waiting().forEach(what -> out.println("waiting  " + Printable.line(what)));
      report.notes().forEach(what -> out.println("note     " + Printable.line(what)));
      out.println("checked  " + report.counts());
      out.println(
          report.clean()
              ? "clean: every record is accounted for"
              : "%d findings, %d printed".formatted(report.wrong(), report.findings().size()));
    }
    out.flush();
  }
}
