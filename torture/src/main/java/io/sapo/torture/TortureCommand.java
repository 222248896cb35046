package io.sapo.torture;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Surroundings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.Folders;
import io.sapo.standalone.run.Checkpoints;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo torture}. */
@Command(
    name = "torture",
    description = {
      "Runs broker, producer, segmenter and learner as processes on small batches and kills them,"
          + " at named points and at random times; pauses a learner until another has taken over,"
          + " cuts checkpoints off, fills the disk, disturbs the network, sends trajectories twice."
          + " Meanwhile hostile trajectories and commands are sent.",
      "After each of these the audit must be clean, and at the end an undisturbed learner"
          + " must make the same versions, bit for bit, from the segments that were recorded.",
      "Exit code 1, and the folder stays, when anything is not so."
    })
final class TortureCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;

  @Option(
      names = "--kills",
      paramLabel = "N",
      description = "Kills in all (default: ${DEFAULT-VALUE}).",
      defaultValue = "26")
  private int kills;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of order and times (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--while-folding",
      paramLabel = "VERSIONS",
      description =
          "Instead: record so many versions without faults, then kill a learner that recomputes"
              + " them.")
  private Long whileFolding;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the runs; without it a temporary one.")
  private Path data;

  @Option(names = "--json", description = "Print the result as JSON, progress to standard error.")
  private boolean json;

  TortureCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (kills < 0 || (whileFolding != null && whileFolding < 1)) {
      throw CommandFailure.usage("--kills must be at least 0, --while-folding at least 1");
    }
    PrintWriter progress = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    Path folder = data == null ? Files.createTempDirectory("sapo-torture") : data;
    Torture torture =
        new Torture(
            folder, CheckpointFolder.open(Checkpoints.figures(surroundings.home())), progress);
    try {
      List<RoundReport> rounds =
          whileFolding == null
              ? torture.run(kills, seed)
              : List.of(torture.killWhileFolding(kills, whileFolding, seed));
      print(rounds);
      if (data == null) {
        Folders.delete(folder);
      }
      return ExitCodes.FINE;
    } catch (TortureException e) {
      throw CommandFailure.failed(e.getMessage() + "\nlogs and data: " + folder, e);
    }
  }

  private void print(List<RoundReport> rounds) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(rounds));
    } else {
      SortedMap<String, Integer> faults = new TreeMap<>();
      rounds.forEach(
          round -> round.faults().forEach((what, n) -> faults.merge(what, n, Integer::sum)));
      faults.forEach((what, n) -> out.println("%4d  %s".formatted(n, what)));
      out.println(
          "%d hostile records, %d kills, %d audits clean, %d versions bit-identical to an undisturbed fold"
              .formatted(
                  rounds.stream().mapToLong(RoundReport::hostile).sum(),
                  rounds.stream().mapToInt(RoundReport::kills).sum(),
                  rounds.stream().mapToInt(RoundReport::audits).sum(),
                  rounds.stream().mapToLong(RoundReport::versions).sum()));
    }
    out.flush();
  }
}
