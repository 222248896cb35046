package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Surroundings;
import io.sapo.schemas.Topics;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.run.RoleAccess;
import io.sapo.standalone.run.RoleKind;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sapo acls}. */
@Command(
    name = "acls",
    description = {
      "Prints the ACLs that a role needs on a cluster with access control, one a line.",
      "With --create they are set; the client properties must be those of a principal with that right."
    })
final class AclsCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions config;

  @Parameters(
      paramLabel = "ROLE",
      description = "producer, gateway, segmenter, learner, evaluator or admin.")
  private RoleKind role;

  @Option(
      names = "--principal",
      paramLabel = "USER",
      description = "Principal, such as User:producer; without it User: and the role.")
  private String principal;

  @Option(names = "--bootstrap-servers", paramLabel = "HOST:PORT", description = "Kafka brokers.")
  private String bootstrapServers;

  @Option(names = "--create", description = "Set the ACLs.")
  private boolean create;

  AclsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    var settings =
        config.load(
            surroundings.environment(),
            UnaryOperator.identity(),
            loader -> {
              ModelOptions.flag(
                  loader, "--bootstrap-servers", "kafka.bootstrap-servers", bootstrapServers);
              return loader;
            });
    String user = principal == null ? "User:" + role.label() : principal;
    List<AclBinding> rules =
        new RoleAccess(role, new Topics(settings.text("kafka.topic-prefix"))).bindings(user);
    PrintWriter out = spec.commandLine().getOut();
    for (AclBinding rule : rules) {
      out.printf(
          "%s may %s %s %s%s%n",
          user,
          lower(rule.entry().operation()),
          lower(rule.pattern().resourceType()),
          rule.pattern().name(),
          rule.pattern().patternType() == PatternType.PREFIXED ? "*" : "");
    }
    if (create) {
      try (KafkaAccess kafka = KafkaAccess.named(settings);
          Admin admin = kafka.admin()) {
        admin.createAcls(rules).all().get();
      } catch (ExecutionException e) {
        throw CommandFailure.failed("Kafka refused: " + e.getCause().getMessage(), e);
      }
    }
    out.flush();
    return ExitCodes.FINE;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
