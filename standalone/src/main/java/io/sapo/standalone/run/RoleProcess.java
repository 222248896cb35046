package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.logging.Logging;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.AppInfoParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One role as a process of its own: says in a line what it is, says {@code ready} when it does its
 * work, and runs until its work is done, until stopped, or until it fails.
 */
public final class RoleProcess {
  private static final Logger log = LoggerFactory.getLogger(RoleProcess.class);

  private final RoleKind kind;
  private final Settings settings;
  private final Binding binding;
  private final RunFolder folder;
  private final Path checkpoint;
  private final boolean acceptDivergence;
  private final Optional<ReadyFile> readyFile;
  private final PrintWriter out;
  private final Supervisor supervisor = new Supervisor();

  /**
   * @param checkpoint the starting policy; opened only by roles that compute
   * @param acceptDivergence of a learner: whether recovery may go on from other weights than were
   *     committed
   * @param readyFile exists while the role does its work; beside it {@code NAME.alive} is touched
   *     every few seconds while the role gets on, from its start
   * @throws io.sapo.configuration.ConfigException when settings do not go together
   */
  public RoleProcess(
      RoleKind kind,
      Settings settings,
      RunFolder folder,
      Path checkpoint,
      boolean acceptDivergence,
      Optional<Path> readyFile,
      PrintWriter out) {
    this.kind = kind;
    this.settings = settings;
    this.binding = new Binding(settings).check();
    if (kind == RoleKind.SEGMENTER || kind == RoleKind.EVALUATOR) {
      binding.checkVerifier();
    }
    if (kind == RoleKind.EVALUATOR) {
      binding.checkHeldOut();
    }
    this.folder = folder;
    this.checkpoint = checkpoint;
    this.acceptDivergence = acceptDivergence;
    this.readyFile =
        readyFile.map(file -> new ReadyFile(file, settings.duration("run.stuck-after")));
    this.out = out;
  }

  /** Asks {@link #run} to end; from any thread. */
  public void stop() {
    supervisor.stop();
  }

  /** Fails as soon as {@link #run} has begun to end for a failure; never succeeds. */
  public CompletionStage<Void> failure() {
    return supervisor.failure();
  }

  /**
   * On the calling thread, once.
   *
   * @throws CommandFailure when the role cannot start or fails, with its cause
   */
  public void run() throws InterruptedException {
    try (Roles owned = new Roles()) {
      readyFile.ifPresent(ReadyFile::delete);
      work(owned);
    } finally {
      readyFile.ifPresent(ReadyFile::delete);
    }
  }

  private void work(Roles owned) throws InterruptedException {
    try {
      Role role = owned.own(open(owned));
      supervisor.watchResult(kind.label(), role.done());
      role.start();
      readyFile.ifPresent(ReadyFile::started);
      Runnable look = () -> readyFile.ifPresent(file -> file.look(role));
      CompletableFuture<?> settled = CompletableFuture.anyOf(role.ready(), role.done());
      if (supervisor.await(settled, look) == Supervisor.End.REACHED) {
        announceReady(role.ready().getNow(null));
        supervisor.await(role.done(), look);
      }
    } catch (RuntimeException e) {
      Logging.keep(log, "the " + kind.label() + " has ended", e);
      throw e;
    }
  }

  private Role open(Roles owned) throws InterruptedException {
    if (kind == RoleKind.BROKER) {
      KafkaAccess kafka = KafkaAccess.embed(settings, folder);
      owned.own(keepLog(folder.path().resolve(kind.label())));
      introduce(kafka, kind.label());
      return new BrokerRole(kafka, BrokerAddress.of(folder, kafka));
    }
    if (kind == RoleKind.LEARNER) {
      Checkpoints.checkCritic(settings, CheckpointFolder.open(checkpoint));
    }
    if (kind == RoleKind.PRODUCER) {
      RunTasks.checkPrompts(settings, CheckpointFolder.open(checkpoint));
    }
    KafkaAccess kafka = owned.own(KafkaAccess.find(settings, folder));
    kafka.prepareTopics();
    try (Admin admin = kafka.admin()) {
      new RoleAccess(kind, kafka.topics()).check(admin);
    }
    Optional<InstanceSlot> place =
        kind.several() ? Optional.of(owned.own(InstanceSlot.take(folder, kind))) : Optional.empty();
    String instance = place.map(InstanceSlot::instance).orElse(kind.label());
    owned.own(keepLog(place.map(InstanceSlot::folder).orElse(folder.path().resolve(kind.label()))));
    introduce(kafka, instance);
    RoleFactory roles =
        owned.own(
            new RoleFactory(settings, binding, () -> CheckpointFolder.open(checkpoint), kafka));
    long goal = settings.wide("run.updates");
    return switch (kind) {
      case PRODUCER -> roles.producer(binding.producer(instance, place.orElseThrow().folder()));
      case GATEWAY -> roles.gateway(binding.producer(instance, place.orElseThrow().folder()));
      case SEGMENTER -> roles.segmenter(place.orElseThrow().folder(), instance);
      case LEARNER -> roles.learner(folder.learner(), goal, acceptDivergence);
      case EVALUATOR -> new EvaluatorRole(roles.evaluation(instance), goal);
      case ADMIN -> new AdminRole(roles.admin(List.of()));
      case BROKER -> throw new IllegalStateException("a broker needs no broker");
    };
  }

  /** Beside the role's own folder, while the role runs; none where lines go to standard output. */
  private static AutoCloseable keepLog(Path place) {
    Path file = place.resolveSibling(place.getFileName() + ".log");
    if (Logging.structured()) {
      return () -> {};
    }
    Logging.toFile(file);
    return () -> Logging.closeFile(file);
  }

  private void introduce(KafkaAccess kafka, String instance) {
    say(
        "%s: sapo %s, Java %s, Kafka client %s%s, topics %s* at %s, config %s"
            .formatted(
                instance,
                Optional.ofNullable(RoleProcess.class.getPackage().getImplementationVersion())
                    .orElse("unpackaged"),
                Runtime.version(),
                AppInfoParser.getVersion(),
                kind.computes() ? ", device " + settings.text("model.device") : "",
                kafka.topics().prefix(),
                kafka.bootstrapServers(),
                settings.digest().substring(0, 12)));
  }

  /**
   * @param where the address, for a role that has one
   */
  private void announceReady(Object where) {
    String line = where instanceof String address ? "ready at " + address : "ready";
    say(line);
    readyFile.ifPresent(file -> file.write(line));
  }

  private void say(String line) {
    if (Logging.structured()) {
      log.info("{}", line);
      return;
    }
    out.println(line);
    out.flush();
  }
}
