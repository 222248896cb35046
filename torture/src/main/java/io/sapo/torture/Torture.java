package io.sapo.torture;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Rounds of {@link Fault}s until as many kills as wanted have been made. For one thread. */
public final class Torture {
  /** So that the log, which each audit reads from its beginning, stays short. */
  private static final int KILLS_A_ROUND = 26;

  private final Path folder;
  private final CheckpointFolder model;
  private final PrintWriter out;

  /**
   * @param folder a round's folder lies in it while it runs, and stays when it fails
   * @param model that is trained
   */
  public Torture(Path folder, CheckpointFolder model, PrintWriter out) {
    this.folder = folder;
    this.model = model;
    this.out = out;
  }

  /**
   * @param kills in all
   * @throws TortureException at the first thing that is not as it must be
   */
  public List<RoundReport> run(int kills, long seed) throws IOException, InterruptedException {
    return run(Fault.plan(kills, seed), seed);
  }

  List<RoundReport> run(List<Fault> plan, long seed) throws IOException, InterruptedException {
    List<RoundReport> rounds = new ArrayList<>();
    List<Fault> left = new ArrayList<>(plan);
    while (!left.isEmpty()) {
      List<Fault> faults = new ArrayList<>();
      long killed = 0;
      while (!left.isEmpty() && killed < KILLS_A_ROUND) {
        Fault next = left.remove(0);
        killed += next.kills() ? 1 : 0;
        faults.add(next);
      }
      rounds.add(round(rounds.size() + 1, faults, 0, 0, seed));
    }
    return rounds;
  }

  /** A run that nobody disturbs, folded again by a learner that is killed so often. */
  public RoundReport killWhileFolding(int kills, long versions, long seed)
      throws IOException, InterruptedException {
    return round(1, List.of(), versions, kills, seed);
  }

  private RoundReport round(int number, List<Fault> faults, long atLeast, int killsAlone, long seed)
      throws IOException, InterruptedException {
    out.println("round " + number);
    Path at = folder.resolve("round-" + number);
    if (Files.exists(at)) {
      throw new TortureException(at + " exists already; choose another folder", null);
    }
    RoundReport report;
    try (Pipeline pipeline = new Pipeline(at, model)) {
      report =
          new Round(pipeline, out, new Random(seed + number).nextLong())
              .run(faults, atLeast, killsAlone);
    }
    Folders.delete(at);
    return report;
  }
}
