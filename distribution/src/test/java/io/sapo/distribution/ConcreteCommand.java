package io.sapo.distribution;

import io.sapo.command.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A shown command with what its reader would fill in: values of options that name files, addresses
 * and sizes, and options that a sentence leaves out.
 */
final class ConcreteCommand {
  /** They run until they are stopped. */
  private static final Set<String> ROLES =
      Set.of("broker", "learner", "segmenter", "producer", "gateway", "evaluator", "admin");

  /** They look at a run, by default the newest. */
  private static final Set<String> LOOKS =
      Set.of("audit", "replay", "inspect", "tensorboard", "evaluate", "topics", "mlflow");

  private final PreparedRun run;
  private final List<String> words;
  private final String command;

  ConcreteCommand(PreparedRun run, ShownCommand shown) {
    this.run = run;
    this.words = shown.words();
    this.command = words.get(0);
  }

  boolean isRole() {
    return ROLES.contains(command);
  }

  boolean isExperiment() {
    return command.equals("experiment");
  }

  /** What people type first runs with what they have then. */
  Surroundings surroundings() {
    return words.equals(List.of("train")) ? run.ofTheShippedModel() : run.surroundings();
  }

  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of(command));
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      arguments.add(word.startsWith("--") ? word : positional(word));
      if (word.startsWith("--") && i + 1 < words.size() && !words.get(i + 1).startsWith("--")) {
        String value = value(word, words.get(++i));
        arguments.add(value);
      }
    }
    complete(arguments);
    return arguments;
  }

  private String positional(String word) {
    if (isExperiment()) {
      // Those of the project take hours: they must exist, and a short one is run.
      if (!word.equals("FILE") && !Files.exists(Path.of("..", word))) {
        throw new AssertionError("there is no " + word);
      }
      return run.experiment().toString();
    }
    return word.equals("ID") ? run.trajectory() : word;
  }

  private String value(String option, String shown) {
    return switch (option) {
      case "--checkpoint" -> run.checkpoint().toString();
      case "--critic-of" -> Path.of("..", shown).toString();
      case "--tasks" -> shown.endsWith(")") ? shown : run.tasks().toString();
      case "--data" -> data().toString();
      case "--output" -> output().toString();
      case "--to" -> command.equals("replay") ? "2" : run.fresh().toString();
      case "--from", "--version" -> "1";
      case "--fork" -> run.fresh().getFileName().toString();
      case "--updates", "--steps" -> "2";
      case "--batch-size" -> "4";
      case "--bootstrap-servers" -> run.bootstrapServers();
      case "--config" -> run.config().toString();
      default -> shown;
    };
  }

  private Path data() {
    if (command.equals("train")) {
      return words.size() == 3 && words.contains("--data") ? run.resumable() : run.fresh();
    }
    boolean elsewhere = words.contains("--bootstrap-servers") || words.contains("--config");
    return isRole() && elsewhere ? run.roles() : run.run();
  }

  private Path output() {
    return isExperiment() ? run.results() : run.fresh();
  }

  private void complete(List<String> arguments) {
    if (command.equals("train") || isRole() || LOOKS.contains(command)) {
      add(arguments, "--data", command.equals("broker") ? run.fresh() : data());
    }
    switch (command) {
      case "train" -> {
        if (arguments.contains("--bootstrap-servers")) {
          arguments.addAll(List.of("--set", "kafka.topic-prefix=" + run.fresh().getFileName()));
        }
      }
      case "experiment" -> add(arguments, "--output", output());
      case "pretrain" -> {
        add(arguments, "--output", output());
        add(arguments, "--steps", 2);
        add(arguments, "--batch-size", 4);
      }
      case "score" -> {
        add(arguments, "--verifier", "numeric");
        add(arguments, "--input", run.responses());
      }
      default -> {}
    }
  }

  private static void add(List<String> arguments, String option, Object value) {
    if (!arguments.contains(option)) {
      arguments.addAll(List.of(option, value.toString()));
    }
  }
}
