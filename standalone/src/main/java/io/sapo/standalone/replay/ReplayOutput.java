package io.sapo.standalone.replay;

import io.sapo.command.Json;
import io.sapo.learner.replay.Replay;
import io.sapo.learner.replay.WhatIf;
import io.sapo.schemas.WeightVersion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code sapo replay} prints: for people version by version, as JSON at the end. */
public final class ReplayOutput {
  private final PrintWriter out;
  private final boolean json;
  private final List<Replay.Outcome> outcomes = new ArrayList<>();
  private final List<WhatIf.Comparison> comparisons = new ArrayList<>();

  public ReplayOutput(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** A version was recomputed. */
  public void outcome(Replay.Outcome outcome) {
    outcomes.add(outcome);
    if (!json) {
      ReplayText.print(out, outcome);
      out.flush();
    }
  }

  /** A version was computed under other settings. */
  public void comparison(WhatIf.Comparison comparison) {
    comparisons.add(comparison);
    if (!json) {
      ReplayText.print(out, comparison);
      out.flush();
    }
  }

  /**
   * All versions have been recomputed.
   *
   * @return whether each came out exact, or close where its device allows no more
   */
  public boolean verified(long from, long to) {
    long exact = count(Replay.Verdict.EXACT);
    long close = count(Replay.Verdict.CLOSE);
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("from", from);
      fields.put("to", to);
      fields.put("exact", exact);
      fields.put("close", close);
      fields.put("versions", outcomes);
      out.println(Json.of(fields));
    } else {
      out.println(
          "%d of %d versions bit-exact%s"
              .formatted(exact, outcomes.size(), close == 0 ? "" : ", " + close + " close"));
    }
    out.flush();
    return exact + close == outcomes.size();
  }

  private long count(Replay.Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }

  /**
   * All versions have been compared.
   *
   * @param asRecorded what of the change has no effect, as batches and rewards are recorded
   * @param recut the trajectories that were segmented anew, where they were
   */
  public void compared(
      ConfigChange change, List<String> asRecorded, Optional<Resegmentation> recut) {
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("changed", change.keys());
      fields.put("without_effect", asRecorded);
      fields.put("trajectories_cut_anew", recut.map(Resegmentation::records).orElse(0L));
      fields.put("trajectories_cut_otherwise", recut.map(Resegmentation::changed).orElse(0L));
      fields.put("versions", comparisons);
      out.println(Json.of(fields));
    } else {
      out.println("changed: " + (change.keys().isEmpty() ? "nothing" : change.keys()));
      if (!asRecorded.isEmpty()) {
        out.println(
            "of these without effect: %s; batches and rewards are taken as recorded"
                .formatted(asRecorded));
      }
      recut.ifPresent(
          it ->
              out.println(
                  "cut anew: %d trajectories, %d of them otherwise than recorded"
                      .formatted(it.records(), it.changed())));
    }
    out.flush();
  }

  /** A fork has begun with its first version. */
  public void forked(WeightVersion first, Path folder, String topicPrefix) {
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("run", first.getRunId());
      fields.put("parent_run", first.getOrigin().getRunId());
      fields.put("version", first.getVersion());
      fields.put("data", folder.toString());
      fields.put("topic_prefix", topicPrefix);
      out.println(Json.of(fields));
    } else {
      out.println(
          "run %s begins with version %d of run %s, topics %s*"
              .formatted(
                  first.getRunId(), first.getVersion(), first.getOrigin().getRunId(), topicPrefix));
      out.println("go on with: sapo train --data " + folder);
    }
    out.flush();
  }
}
