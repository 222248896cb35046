package io.sapo.standalone.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Surroundings;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.reading.LimitedLines;
import io.sapo.reading.LineException;
import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.PackedArrays;
import io.sapo.segmenter.judge.JudgePanel;
import io.sapo.verifier.Explanation;
import io.sapo.verifier.ReferenceAnswerException;
import io.sapo.verifier.Verdict;
import io.sapo.verifier.Verifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo score}. */
@Command(
    name = "score",
    description = {
      "Computes rewards of responses as training would.",
      "Reads JSON lines with 'response' and 'reference_solution' (or 'answer'), for judges also"
          + " 'prompt', and prints each with 'reward' and 'judged_correct' added; a summary goes to"
          + " standard error."
    })
final class ScoreCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Lines that judges are asked about at a time. */
  private static final int TOGETHER = 256;

  /** Of a line, as of a line of tasks. */
  private static final int MOST_LINE_BYTES = 16 << 20;

  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions config;

  @Option(
      names = "--verifier",
      required = true,
      paramLabel = "NAME",
      description =
          "gsm8k, numeric, choice, exact, boxed-math, geo3k, format, one of verifiers.path, a judge"
              + " of the configuration, or several with weights: boxed-math*0.9+format*0.1.")
  private String verifierName;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "JSON lines with responses.")
  private Path input;

  @Option(
      names = "--explain",
      description =
          "Add 'found_answer', 'answer_read', 'reference_read' and 'why' to each line: what was"
              + " found as the answer, how it was read, and why it is right or not.")
  private boolean explain;

  ScoreCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** A line that was read, and who judges it. */
  private record Line(
      int number,
      ObjectNode record,
      String response,
      String reference,
      CompletableFuture<Optional<Verifier>> verifier) {}

  /** What the summary says. */
  private static final class Tally {
    private int lines;
    private int responses;
    private int correct;
    private double reward;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Tally tally = new Tally();
    try (JudgePanel panel = panel(config.load(surroundings.environment()));
        LimitedLines lines = new LimitedLines(input, MOST_LINE_BYTES)) {
      List<Line> asked = new ArrayList<>();
      String text;
      long held = 0;
      while ((text = lines.next()) != null) {
        tally.lines++;
        if (!text.isBlank()) {
          tally.responses++;
          asked.add(read(panel, text, tally.lines));
          held += text.length();
        }
        if (asked.size() == TOGETHER || held > MOST_LINE_BYTES) {
          judge(asked, tally, out);
          held = 0;
        }
      }
      judge(asked, tally, out);
    } catch (NoSuchFileException e) {
      throw CommandFailure.usage("--input " + input + ": no such file");
    } catch (LineException e) {
      throw CommandFailure.failed(e.getMessage());
    } finally {
      out.flush();
    }
    if (tally.responses == 0) {
      throw CommandFailure.failed("--input " + input + ": holds no response");
    }
    PrintWriter err = spec.commandLine().getErr();
    err.printf(
        Locale.ROOT,
        "%d lines, %d right (%.1f %%), mean reward %.4f%n",
        tally.responses,
        tally.correct,
        100.0 * tally.correct / tally.responses,
        tally.reward / tally.responses);
    err.flush();
    return ExitCodes.FINE;
  }

  private JudgePanel panel(Settings settings) {
    JudgePanel panel;
    try {
      panel = new Binding(settings).judgePanel();
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
    if (!panel.knows(verifierName)) {
      throw CommandFailure.usage(
          "--verifier " + verifierName + ": unknown; one of " + String.join(", ", panel.names()));
    }
    return panel;
  }

  private Line read(JudgePanel panel, String line, int number) {
    try {
      if (!(JSON.readTree(line) instanceof ObjectNode record)) {
        throw wrong(number, "must be a JSON object");
      }
      String response = text(record, number, "response");
      String reference =
          text(record, number, record.has("reference_solution") ? "reference_solution" : "answer");
      JudgeRequest.Builder about =
          JudgeRequest.newBuilder()
              .setTrajectoryId("line-" + number)
              .setSourcePartition(0)
              .setSourceOffset(number)
              .setTaskId("line-" + number)
              .setPrompt(record.path("prompt").asText(""))
              .setResponse(response)
              .setSegmentCharEnds(PackedArrays.pack(new int[] {response.length()}))
              .setAnswer(reference);
      return new Line(number, record, response, reference, panel.find(verifierName, about));
    } catch (JsonProcessingException e) {
      throw wrong(number, "is not JSON: " + e.getOriginalMessage());
    }
  }

  /** Prints them in order and forgets them. */
  private void judge(List<Line> asked, Tally tally, PrintWriter out)
      throws JsonProcessingException, InterruptedException {
    for (Line line : asked) {
      try {
        Verifier verifier = line.verifier.get().orElseThrow();
        Verdict verdict = verifier.verify(line.response, line.reference);
        line.record.put("reward", verdict.reward()).put("judged_correct", verdict.correct());
        if (explain) {
          explain(verifier.explain(line.response, line.reference), line.record);
        }
        out.println(JSON.writeValueAsString(line.record));
        tally.correct += verdict.correct() ? 1 : 0;
        tally.reward += verdict.reward();
      } catch (ReferenceAnswerException e) {
        throw wrong(line.number, e.getMessage());
      } catch (ExecutionException e) {
        throw wrong(line.number, e.getCause().getMessage());
      }
    }
    asked.clear();
  }

  private static void explain(Explanation explanation, ObjectNode record) {
    record
        .put("found_answer", explanation.answer())
        .put("answer_read", explanation.read())
        .put("reference_read", explanation.reference())
        .put("why", explanation.why());
  }

  private String text(ObjectNode record, int number, String field) {
    JsonNode value = record.get(field);
    if (value == null || !value.isValueNode() || value.isNull()) {
      throw wrong(number, "needs '" + field + "' with text");
    }
    return value.asText();
  }

  private CommandFailure wrong(int number, String what) {
    return CommandFailure.failed(input + ", line " + number + ": " + what);
  }
}
