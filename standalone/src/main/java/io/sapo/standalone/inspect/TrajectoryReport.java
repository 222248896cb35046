package io.sapo.standalone.inspect;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
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
 * A trajectory as {@code inspect} shows it; its JSON is flat.
 *
 * @param segments empty when it was not segmented
 */
public record TrajectoryReport(
    String id,
    String fate,
    @JsonUnwrapped Origin origin,
    @JsonUnwrapped Prompt prompt,
    @JsonUnwrapped Response response,
    @JsonUnwrapped Judgement judgement,
    List<SegmentRow> segments) {

  /** Where it comes from. */
  public record Origin(String task, String producer, String group, int groupSize) {}

  /**
   * What the model was asked.
   *
   * @param prompt the task's text
   * @param fedPrompt what was really fed, decoded; null where the model's tokenizer is not at hand
   */
  public record Prompt(String prompt, String fedPrompt, List<String> pictures) {}

  /**
   * What it answered.
   *
   * @param versions weight versions that produced its tokens, such as {@code 3 (12 tokens), 4 (9)}
   */
  public record Response(String response, int tokens, String versions, String finish) {}

  /**
   * How it was judged.
   *
   * @param answer the task's reference
   * @param reward null, like the correctness and the strategy, when it was not segmented
   * @param judgements what judges outside the stream said, such as {@code taste 0.750, right: …}
   */
  public record Judgement(
      String answer,
      String verifier,
      Double reward,
      Boolean correct,
      String strategy,
      List<String> judgements) {}

  public static TrajectoryReport of(TrajectoryFate found, Optional<CheckpointProfile> profile) {
    Trajectory t = found.trajectory();
    SegmentedTrajectory segmented = found.segmented().orElse(null);
    return new TrajectoryReport(
        t.getTrajectoryId(),
        found.fate(),
        new Origin(t.getTaskId(), t.getProducerId(), t.getGroupId(), t.getGroupSize()),
        new Prompt(
            t.getPrompt(),
            profile.map(p -> p.shown(PackedArrays.ints(t.getPromptTokens()))).orElse(null),
            t.getPictures().stream().map(Picture::getSha256).toList()),
        new Response(
            t.getResponseText(),
            PackedArrays.count(t.getResponseTokens(), Integer.BYTES),
            versions(t.getVersions()),
            t.getFinishReason().name().toLowerCase(Locale.ROOT)),
        segmented == null
            ? new Judgement(t.getAnswer(), t.getVerifier(), null, null, null, List.of())
            : new Judgement(
                t.getAnswer(),
                t.getVerifier(),
                segmented.getOutcomeReward(),
                segmented.getCorrect(),
                segmented.getStrategy(),
                judgements(segmented)),
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
    line(
        text,
        "task",
        origin.task() + ", answer " + judgement.answer() + ", verifier " + judgement.verifier());
    line(text, "group", origin.group() + " of " + origin.groupSize() + ", by " + origin.producer());
    line(text, "versions", response.versions() + ", ended by " + response.finish());
    line(text, "prompt", prompt.prompt());
    if (prompt.fedPrompt() != null) {
      line(text, "fed", prompt.fedPrompt());
    }
    prompt.pictures().forEach(hash -> line(text, "picture", "sha256 " + hash));
    line(text, "response", response.response());
    if (judgement.reward() != null) {
      line(
          text,
          "reward",
          String.format(
              Locale.ROOT,
              "%.3f, %s, cut by %s",
              judgement.reward(),
              judgement.correct() ? "right" : "wrong",
              judgement.strategy()));
      judgement.judgements().forEach(said -> line(text, "judge", said));
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
