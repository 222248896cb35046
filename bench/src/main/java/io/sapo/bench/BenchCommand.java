package io.sapo.bench;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.policy.checkpoint.Folders;
import io.sapo.policy.device.NativeThreads;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sapo bench}. */
@Command(
    name = "bench",
    description = {
      "Measures the stages against upper bounds measured in the same run, and says which bars are met.",
      "Several run one after the other, each in a process of its own.",
      "The machine should be otherwise idle. Exit code 1 when a bar is missed or nothing was measured."
    })
final class BenchCommand implements Callable<Integer> {
  private static final String ALL = "all";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "1..*",
      description =
          "Benchmarks to run, or all, which leaves out transformers. Without a known name the names"
              + " are listed.")
  private List<String> names;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of a native operation, of the limits too; the processors by default.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "cpu, or gpu with a number, for update and rollout.")
  private String device;

  @Option(
      names = "--thorough",
      description = "Take the long variants: 10 GB through the segmenter, 10^7 tokens a stage.")
  private boolean thorough;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description = "Hugging Face folder of the model that transformers measures.")
  private Path checkpoint;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "F32",
      description = "What transformers and this compute that model in: f32 or bf16.")
  private NetworkSettings.Precision precision;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      defaultValue = "python3",
      description = "Interpreter with torch, transformers and peft, for transformers.")
  private String python;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Measure these parts of transformers and not the others.")
  private Set<String> only = new TreeSet<>();

  @Override
  public Integer call() throws Exception {
    List<Bench> chosen = chosen();
    checkParts(chosen);
    List<Row> rows = new ArrayList<>();
    if (chosen.size() == 1) {
      rows.addAll(here(chosen.get(0)));
    } else {
      for (Bench bench : chosen) {
        rows.addAll(BenchProcess.run(bench.name(), options()));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? Json.of(rows) : table(rows));
    out.flush();
    return rows.stream().allMatch(row -> row.ok() == null || row.ok())
        ? ExitCodes.FINE
        : ExitCodes.FAILED;
  }

  private List<Row> here(Bench bench) throws Exception {
    NativeThreads.use(threads);
    PrintWriter err = spec.commandLine().getErr();
    progress(err, bench.name() + ": " + bench.about());
    Path folder = Files.createTempDirectory("sapo-bench");
    try {
      return bench.run(
          new BenchSettings(
              folder,
              threads,
              thorough,
              device,
              checkpoint,
              precision.type(),
              python,
              only,
              line -> progress(err, "  " + line)));
    } finally {
      Folders.delete(folder);
    }
  }

  /** What this command was given, for one that runs a single benchmark. */
  private List<String> options() {
    List<String> options =
        new ArrayList<>(List.of("--threads", Integer.toString(threads), "--device", device));
    if (thorough) {
      options.add("--thorough");
    }
    if (checkpoint != null) {
      options.addAll(
          List.of(
              "--checkpoint",
              checkpoint.toString(),
              "--precision",
              precision.name(),
              "--python",
              python));
    }
    return options;
  }

  private void checkParts(List<Bench> chosen) {
    List<String> known = chosen.stream().flatMap(bench -> bench.parts().stream()).toList();
    for (String part : only) {
      if (chosen.size() > 1 || !known.contains(part)) {
        throw CommandFailure.usage(
            known.isEmpty() || chosen.size() > 1
                ? "--only needs one benchmark that has parts: transformers"
                : "unknown part '%s'; one of: %s".formatted(part, String.join(", ", known)));
      }
    }
  }

  private List<Bench> chosen() {
    if (names.contains(ALL)) {
      return Benches.all();
    }
    List<Bench> known = Benches.known();
    List<Bench> chosen = new ArrayList<>();
    for (String name : names) {
      chosen.add(
          known.stream()
              .filter(bench -> bench.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      CommandFailure.usage(
                          "unknown benchmark '%s'; one of: all, %s"
                              .formatted(
                                  name,
                                  known.stream()
                                      .map(Bench::name)
                                      .collect(Collectors.joining(", "))))));
    }
    return chosen;
  }

  private static void progress(PrintWriter err, String line) {
    err.println(line);
    err.flush();
  }

  private static String table(List<Row> rows) {
    return rows.stream()
        .map(
            row ->
                String.format(
                    Locale.ROOT,
                    "%-6s %-10s %-62s %10s %-9s %s",
                    row.ok() == null ? "" : row.ok() ? "ok" : "MISSED",
                    row.bench(),
                    row.metric(),
                    row.value(),
                    row.unit(),
                    row.bar() == null ? "" : row.bar()))
        .collect(Collectors.joining("\n"));
  }
}
