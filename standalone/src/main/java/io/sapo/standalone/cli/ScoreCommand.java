package io.sapo.standalone.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.segmenter.verify.Explanation;
import io.sapo.segmenter.verify.ReferenceAnswerException;
import io.sapo.segmenter.verify.Verdict;
import io.sapo.segmenter.verify.Verifier;
import io.sapo.segmenter.verify.VerifierSettings;
import io.sapo.segmenter.verify.Verifiers;
import io.sapo.standalone.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo score}. */
@Command(
    name = "score",
    description = {
      "Judges responses as training would.",
      "Reads JSON lines with 'response' and 'reference_solution' (or 'answer') and prints each"
          + " with 'reward' and 'judged_correct' added; a summary goes to standard error."
    })
final class ScoreCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions config;

  @Option(
      names = "--verifier",
      required = true,
      paramLabel = "NAME",
      description =
          "gsm8k, numeric, choice, exact, boxed-math, geo3k, format, one on the class path, or several"
              + " with weights: boxed-math*0.9+format*0.1.")
  private String verifierName;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "JSON lines to judge.")
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

  @Override
  public Integer call() throws IOException {
    Verifier verifier = verifier(config.load(surroundings.environment()));
    PrintWriter out = spec.commandLine().getOut();
    int lines = 0;
    int correct = 0;
    double reward = 0;
    try (BufferedReader reader = Files.newBufferedReader(input)) {
      String line;
      while ((line = reader.readLine()) != null) {
        lines++;
        if (!line.isBlank()) {
          Verdict verdict = judge(verifier, line, lines, out);
          correct += verdict.correct() ? 1 : 0;
          reward += verdict.reward();
        }
      }
    } catch (NoSuchFileException e) {
      throw CommandFailure.usage("--input " + input + ": no such file");
    } finally {
      out.flush();
    }
    PrintWriter err = spec.commandLine().getErr();
    err.printf(
        Locale.ROOT,
        "%d lines, %d right (%.1f %%), mean reward %.4f%n",
        lines,
        correct,
        100.0 * correct / Math.max(1, lines),
        reward / Math.max(1, lines));
    err.flush();
    return ExitCodes.FINE;
  }

  private Verifier verifier(Settings settings) {
    Verifiers verifiers =
        Verifiers.load(new VerifierSettings(settings.number("segmenter.numeric-tolerance")));
    return verifiers
        .find(verifierName)
        .orElseThrow(
            () ->
                CommandFailure.usage(
                    "--verifier "
                        + verifierName
                        + ": unknown; one of "
                        + String.join(", ", verifiers.names())));
  }

  private Verdict judge(Verifier verifier, String line, int number, PrintWriter out) {
    try {
      if (!(JSON.readTree(line) instanceof ObjectNode record)) {
        throw wrong(number, "must be a JSON object");
      }
      String response = text(record, number, "response");
      String reference =
          text(record, number, record.has("reference_solution") ? "reference_solution" : "answer");
      Verdict verdict = verifier.verify(response, reference);
      record.put("reward", verdict.reward()).put("judged_correct", verdict.correct());
      if (explain) {
        explain(verifier.explain(response, reference), record);
      }
      out.println(JSON.writeValueAsString(record));
      return verdict;
    } catch (JsonProcessingException e) {
      throw wrong(number, "is not JSON: " + e.getOriginalMessage());
    } catch (ReferenceAnswerException e) {
      throw wrong(number, e.getMessage());
    }
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
