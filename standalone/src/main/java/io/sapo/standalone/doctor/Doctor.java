package io.sapo.standalone.doctor;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.sapo.command.CommandFailure;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.policy.adapter.InitialCritic;
import io.sapo.policy.adapter.InitialWeights;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.network.StoredWeights;
import io.sapo.policy.picture.PicturePreprocessor;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.TaskSources;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.TopicFinding;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.kafka.TopicList;
import io.sapo.standalone.run.Checkpoints;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/** Looks at everything that a run will need, and changes nothing. */
public final class Doctor {
  private static final long GIB = 1L << 30;
  private static final long MEMORY_NEEDED = 3 * GIB;
  private static final int JAVA_NEEDED = 17;

  /** A quarter of a gigabyte of log takes three. */
  private static final long FILES_NEEDED = 10_000;

  private static final Duration SHORT = Duration.ofDays(31);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH);

  private final Settings settings;
  private final Path checkpoint;
  private final boolean measured;

  /**
   * @param checkpoint the folder that training would start from
   * @param measured whether the device is measured too, which takes some seconds
   */
  public Doctor(Settings settings, Path checkpoint, boolean measured) {
    this.settings = settings;
    this.checkpoint = checkpoint;
    this.measured = measured;
  }

  public List<Finding> examine() {
    List<Finding> findings =
        new ArrayList<>(
            List.of(java(), cores(), memory(), new DiskCheck(settings, checkpoint).examine()));
    findings.addAll(openFiles());
    findings.addAll(device());
    findings.addAll(broker());
    findings.addAll(List.of(retention(), checkpoint()));
    findings.addAll(adapter());
    findings.addAll(critic());
    findings.add(tasks());
    findings.add(new HeldOutCheck(settings).examine());
    return findings;
  }

  private static Finding java() {
    int version = Runtime.version().feature();
    String detail = Runtime.version() + ", " + System.getProperty("java.vm.name");
    return version >= JAVA_NEEDED
        ? Finding.ok("java", detail)
        : Finding.failed("java", detail + "; install JDK 17 or newer");
  }

  private static Finding cores() {
    int cores = Runtime.getRuntime().availableProcessors();
    return cores >= 2
        ? Finding.ok("cores", Integer.toString(cores))
        : Finding.warning("cores", "1; rollouts and training will wait for each other");
  }

  private static Finding memory() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    String detail =
        gib(system.getTotalMemorySize())
            + " GiB, of which heap up to "
            + gib(Runtime.getRuntime().maxMemory());
    return system.getTotalMemorySize() >= MEMORY_NEEDED
        ? Finding.ok("memory", detail)
        : Finding.warning("memory", detail + "; training the shipped model takes up to 3");
  }

  /** None where the system does not say. */
  private static List<Finding> openFiles() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    if (!(system instanceof UnixOperatingSystemMXBean unix)) {
      return List.of();
    }
    long most = unix.getMaxFileDescriptorCount();
    return List.of(
        most >= FILES_NEEDED
            ? Finding.ok("open files", "up to " + most)
            : Finding.warning(
                "open files",
                "up to %d; the broker keeps its log's segments open, more of them each week: raise the hard limit (ulimit -Hn)"
                    .formatted(most)));
  }

  private List<Finding> device() {
    NetworkSettings network = new Binding(settings).learner().network();
    return new DeviceCheck(settings.text("model.device"), network.compute(), measured).examine();
  }

  private List<Finding> broker() {
    int port = settings.integer("broker.port");
    if (settings.optionalText("kafka.bootstrap-servers").isPresent()) {
      try (KafkaAccess access = KafkaAccess.open(settings, RunFolder.fresh())) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("broker", access.bootstrapServers() + " answers"));
        findings.addAll(topics(access));
        return findings;
      } catch (CommandFailure e) {
        return List.of(Finding.failed("broker", e.getMessage()));
      }
    }
    try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return List.of(
          Finding.ok("broker", "embedded, port " + (port == 0 ? "any" : free.getLocalPort())));
    } catch (IOException e) {
      return List.of(
          Finding.failed(
              "broker", "port " + port + " is in use; choose another broker.port, 0 for any"));
    }
  }

  /** What is odd about the run's topics; nothing where none is there yet. */
  private static List<Finding> topics(KafkaAccess access) {
    try (Admin admin = access.admin()) {
      List<TopicFinding> odd = new TopicAdmin(admin, access.topics()).check();
      long missing = odd.stream().filter(TopicFinding::missing).count();
      if (missing == TopicList.of(admin, access.topics()).size()) {
        return List.of(Finding.ok("topics", "none yet; the first role creates them"));
      }
      return odd.isEmpty()
          ? List.of(Finding.ok("topics", "as a run needs them"))
          : odd.stream()
              .map(
                  finding ->
                      finding.fatal()
                          ? Finding.failed("topics", finding.text())
                          : Finding.warning("topics", finding.text()))
              .toList();
    } catch (ExecutionException e) {
      return List.of(Finding.failed("topics", "Kafka refused: " + e.getCause().getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of(Finding.failed("topics", "interrupted while asking"));
    }
  }

  private Finding retention() {
    Optional<Duration> kept = settings.optionalDuration("kafka.retention");
    if (kept.isEmpty()) {
      return Finding.ok("retention", "every update can be replayed for ever");
    }
    String until = DAY.format(LocalDate.now().plusDays(kept.get().toDays()));
    String detail =
        "an update made today can be replayed until %s, and a run paused until then (kafka.retention is %d days)"
            .formatted(until, kept.get().toDays());
    return kept.get().compareTo(SHORT) < 0
        ? Finding.warning("retention", detail)
        : Finding.ok("retention", detail);
  }

  private Finding checkpoint() {
    try {
      CheckpointFolder folder = CheckpointFolder.open(checkpoint);
      try (SafetensorsReader reader = folder.openWeights();
          CheckpointProfile profile =
              CheckpointProfile.open(folder, new Binding(settings).profile())) {
        StoredWeights.check(reader, folder.config());
        StoredWeights.checkFinite(reader);
        PicturePreprocessor.of(folder, new Binding(settings).learner().network().maxPixels());
        String detail =
            "%s, %d tensors, vocabulary of %d; %s"
                .formatted(
                    checkpoint,
                    reader.names().size(),
                    profile.tokenizer().vocabularySize(),
                    profile.description());
        return profile.stopTokens().isEmpty()
            ? Finding.warning("checkpoint", detail + "; name one with model.stop-tokens")
            : Finding.ok("checkpoint", detail);
      }
    } catch (InvalidCheckpointException e) {
      return Finding.failed("checkpoint", e.getMessage());
    }
  }

  /** Nothing where training begins with the checkpoint alone. */
  private List<Finding> adapter() {
    Optional<Path> adapter = settings.optionalPath("model.adapter");
    if (adapter.isEmpty()) {
      return List.of();
    }
    try {
      Checkpoints.checkAdapter(settings, CheckpointFolder.open(checkpoint));
      InitialWeights.checkFinite(adapter.get());
      return List.of(Finding.ok("adapter", adapter.get() + ", fits the checkpoint"));
    } catch (InvalidCheckpointException e) {
      return List.of(Finding.failed("adapter", e.getMessage()));
    }
  }

  /** Nothing where the critic begins as the policy. */
  private List<Finding> critic() {
    Optional<Path> critic = settings.optionalPath("learner.critic.checkpoint");
    if (critic.isEmpty()) {
      return List.of();
    }
    try {
      if (!new Binding(settings).learner().algorithm().usesCritic()) {
        return List.of(
            Finding.failed("critic", critic.get() + ": this algorithm has none; leave it out"));
      }
      Checkpoints.checkCritic(settings, CheckpointFolder.open(checkpoint));
      InitialCritic.checkFinite(critic.get());
      return List.of(Finding.ok("critic", critic.get() + ", fits the checkpoint"));
    } catch (InvalidCheckpointException e) {
      return List.of(Finding.failed("critic", e.getMessage()));
    }
  }

  private Finding tasks() {
    ProducerConfig producer = new Binding(settings).producer("producer-0", Path.of(""));
    return producer.tasks().train().equals(TaskSources.TOPIC)
        ? Finding.ok("tasks", "from the tasks topic")
        : new TaskCheck(producer, new KnownVerifiers(settings)).examine(checkpoint);
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f", (double) bytes / GIB);
  }
}
