package io.sapo.standalone.inspect;

import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A trajectory as {@code inspect} shows it.
 *
 * @param prompt the task's text
 * @param fedPrompt what was really fed, decoded; null where the model's tokenizer is not at hand
 * @param versions weight versions that produced its tokens, such as {@code 3 (12 tokens), 4 (9)}
 * @param judgements what judges outside the stream said, such as {@code taste 0.750, right: …}
 * @param reward null, like the rest about judging, when it was not segmented
 */
public record TrajectoryReport(
    String id,
    String fate,
    String task,
    String producer,
    String group,
    int groupSize,
    String prompt,
    String fedPrompt,
    List<String> pictures,
    String response,
    int tokens,
    String versions,
    String finish,
    String answer,
    String verifier,
    Double reward,
    Boolean correct,
    String strategy,
    List<String> judgements,
    List<SegmentRow> segments) {

  public static TrajectoryReport of(TrajectoryFate found, Optional<CheckpointProfile> profile) {
    Trajectory t = found.trajectory();
    SegmentedTrajectory segmented = found.segmented().orElse(null);
    return new TrajectoryReport(
        t.getTrajectoryId(),
        found.fate(),
        t.getTaskId(),
        t.getProducerId(),
        t.getGroupId(),
        t.getGroupSize(),
        t.getPrompt(),
        profile.map(p -> p.shown(PackedArrays.ints(t.getPromptTokens()))).orElse(null),
        t.getPictures().stream().map(Picture::getSha256).toList(),
        t.getResponseText(),
        PackedArrays.count(t.getResponseTokens(), Integer.BYTES),
        versions(t.getVersions()),
        t.getFinishReason().name().toLowerCase(Locale.ROOT),
        t.getAnswer(),
        t.getVerifier(),
        segmented == null ? null : segmented.getOutcomeReward(),
        segmented == null ? null : segmented.getCorrect(),
        segmented == null ? null : segmented.getStrategy(),
        segmented == null ? List.of() : judgements(segmented),
        segmented == null ? List.of() : SegmentRow.of(segmented, found.credit()));
  }

  private static List<String> judgements(SegmentedTrajectory segmented) {
    return segmented.getJudgements().stream()
        .map(
            of ->
                String.format(
                    Locale.ROOT,
                    "%s %.3f, %s%s (%s)",
                    of.getJudge(),
                    of.getReward(),
                    of.getCorrect() ? "right" : "wrong",
                    of.getWhy().isEmpty() ? "" : ": " + of.getWhy(),
                    of.getVersion()))
        .toList();
  }

  private static String versions(List<VersionRun> runs) {
    return runs.stream()
        .map(run -> run.getVersion() + " (" + run.getTokens() + " tokens)")
        .collect(Collectors.joining(", "));
  }

  /** Several lines; what a model wrote has its control characters taken out. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(text, "trajectory", id);
    line(text, "fate", fate);
    line(text, "task", task + ", answer " + answer + ", verifier " + verifier);
    line(text, "group", group + " of " + groupSize + ", by " + producer);
    line(text, "versions", versions + ", ended by " + finish);
    line(text, "prompt", prompt);
    if (fedPrompt != null) {
      line(text, "fed", fedPrompt);
    }
    pictures.forEach(hash -> line(text, "picture", "sha256 " + hash));
    line(text, "response", response);
    if (reward != null) {
      line(
          text,
          "reward",
          String.format(
              Locale.ROOT, "%.3f, %s, cut by %s", reward, correct ? "right" : "wrong", strategy));
      judgements.forEach(judgement -> line(text, "judge", judgement));
      text.append(
          String.format(
              "%n%4s %6s %8s %8s %8s %9s %7s  %s%n",
              "seg", "tokens", "reward", "entropy", "value", "advantage", "ratio", "text"));
      segments.forEach(row -> text.append(row(row)));
    }
    return text.toString();
  }

  private static String row(SegmentRow row) {
    return String.format(
        Locale.ROOT,
        "%4d %6d %8.3f %8.3f %8s %9s %7s  %s%n",
        row.index(),
        row.tokens(),
        row.reward(),
        row.entropy(),
        figure(row.value()),
        figure(row.advantage()),
        figure(row.ratio()),
        printable(row.text()));
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format("%-11s %s%n", name, printable(value)));
  }

  private static String figure(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static String printable(String text) {
    return text.replace("\n", "\\n").replace("\t", "\\t").replaceAll("\\p{C}", "\uFFFD");
  }
}
