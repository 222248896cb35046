package io.sapo.standalone.cli;

import io.sapo.configuration.ConfigLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of commands that run a model on tasks. */
final class ModelOptions {
  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description = "Hugging Face folder of the policy; without it the shipped figures checkpoint.")
  private String checkpoint;

  @Option(
      names = "--tasks",
      paramLabel = "SPEC",
      description = "figures, topic, a file of JSON lines or Parquet, or its folder.")
  private String tasks;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of task order and sampling.")
  private String seed;

  /** Of what trains. */
  ConfigLoader flags(ConfigLoader loader) {
    return flags(loader, "tasks.train", "run.seed");
  }

  /** Of what evaluates, which draws tasks and tokens by a seed of its own. */
  ConfigLoader evaluationFlags(ConfigLoader loader) {
    return flags(loader, "tasks.held-out", "evaluation.seed");
  }

  private ConfigLoader flags(ConfigLoader loader, String tasksKey, String seedKey) {
    flag(loader, "--checkpoint", "model.checkpoint", absolute(checkpoint));
    flag(loader, "--tasks", tasksKey, absolute(tasks));
    flag(loader, "--seed", seedKey, seed);
    return loader;
  }

  static void flag(ConfigLoader loader, String name, String key, String value) {
    if (value != null) {
      loader.flag(name, key, value);
    }
  }

  /** A run that is continued from another folder must find its files again. */
  private static String absolute(String path) {
    return path != null && Files.exists(Path.of(path))
        ? Path.of(path).toAbsolutePath().normalize().toString()
        : path;
  }
}
