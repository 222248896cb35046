package io.sapo.distribution;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.command.Surroundings;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.folder.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What documented commands work on: a run of two updates, whose broker is up, copies of it that may
 * be resumed, a checkpoint, tasks, files.
 */
final class PreparedRun implements AutoCloseable {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final int UPDATES = 2;
  private static final Pattern INPUT = Pattern.compile("\"id\" : \"([^\"]+)\"");

  /** Small enough that each command takes a second or two. */
  private static final List<String> SETTINGS =
      List.of("run.updates=" + UPDATES, "model.threads=1", "admin.port=0", "gateway.port=0");

  /** Of text, and of text behind pictures. */
  private static final String TEMPLATE =
      "{% for m in messages %}<|im_start|>{% if m.content is string %}{{ m.content }}{% else %}"
          + "{% for p in m.content %}{% if p.type == 'image' %}"
          + "<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ p.text }}{% endif %}"
          + "{% endfor %}{% endif %}<|im_end|>{% endfor %}";

  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final EmbeddedBroker broker;
  private final String trajectory;
  private final AtomicInteger folders = new AtomicInteger();

  private PreparedRun(Path folder) throws Exception {
    this.folder = folder;
    List<String> settings = new ArrayList<>(TinyCheckpoint.SETTINGS);
    settings.addAll(SETTINGS);
    for (String setting : settings) {
      String[] parts = setting.split("=");
      environment.put(
          "SAPO_" + parts[0].toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"), parts[1]);
    }
    TinyCheckpoint.write(checkpoint());
    Files.writeString(checkpoint().resolve("chat_template.jinja"), TEMPLATE);
    environment.put("SAPO_MODEL_CHECKPOINT", checkpoint().toString());
    List<String> tasks = new ArrayList<>();
    List<String> responses = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      tasks.add(
          "{\"prompt\": \"%d+1?\", \"answer\": \"%d\", \"verifier\": \"gsm8k\"}"
              .formatted(i, i + 1));
      responses.add("{\"response\": \"%d\", \"answer\": \"%d\"}".formatted(i, i + i % 2));
    }
    Files.write(tasks(), tasks);
    Files.write(responses(), responses);
    Files.writeString(experiment(), experimentOf(settings));

    CommandInProcess.Outcome trained =
        CommandInProcess.run(surroundings(), List.of("train", "--data", run().toString()));
    if (trained.exitCode() != 0) {
      throw new AssertionError("the prepared run failed: " + trained);
    }
    copy(run(), stopped());
    broker = EmbeddedBroker.start(new RunFolder(run()).broker(), 0);
    new RunFolder(run()).announce(broker.bootstrapServers());
    Files.writeString(
        config(),
        "kafka:\n  topic-prefix: roles.\n  bootstrap-servers: " + broker.bootstrapServers() + "\n");
    Matcher input =
        INPUT.matcher(
            CommandInProcess.run(
                    surroundings(),
                    List.of("inspect", "version", "1", "--json", "--data", run().toString()))
                .out());
    if (!input.find()) {
      throw new AssertionError("version 1 was made from nothing");
    }
    trajectory = input.group(1);
  }

  static PreparedRun in(Path folder) throws Exception {
    return new PreparedRun(folder);
  }

  private String experimentOf(List<String> settings) {
    StringBuilder yaml = new StringBuilder("name: short\nsettings:\n");
    settings.forEach(setting -> yaml.append("  ").append(setting.replace("=", ": ")).append('\n'));
    return yaml.append("  model.checkpoint: ")
        .append(checkpoint())
        .append("\narms:\n  sapo: {algorithm: sapo}\nseeds: [1]\n")
        .toString();
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Surroundings surroundings() {
    return new Surroundings(environment, HOME, false);
  }

  /** The same where no model is chosen. */
  Surroundings ofTheShippedModel() {
    Map<String, String> without = new HashMap<>(environment);
    without.remove("SAPO_MODEL_CHECKPOINT");
    return new Surroundings(without, HOME, false);
  }

  Path run() {
    return folder.resolve("run");
  }

  private Path stopped() {
    return folder.resolve("stopped");
  }

  /** A run of its own that may be resumed. */
  Path resumable() {
    Path copy = fresh();
    copy(stopped(), copy);
    return copy;
  }

  /** Of roles that have brokers elsewhere. */
  Path roles() {
    return folder.resolve("roles");
  }

  Path checkpoint() {
    return folder.resolve("checkpoint");
  }

  Path tasks() {
    return folder.resolve("tasks.jsonl");
  }

  Path responses() {
    return folder.resolve("responses.jsonl");
  }

  Path config() {
    return folder.resolve("config.yaml");
  }

  Path experiment() {
    return folder.resolve("experiment.yaml");
  }

  Path results() {
    return folder.resolve("results");
  }

  Path fresh() {
    return folder.resolve("fresh" + folders.incrementAndGet());
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** One that version 1 was trained on. */
  String trajectory() {
    return trajectory;
  }

  @Override
  public void close() throws IOException {
    new RunFolder(run()).withdraw();
    broker.close();
  }
}
