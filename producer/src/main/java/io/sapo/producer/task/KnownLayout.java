package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Layouts that are told by the fields they have. */
enum KnownLayout implements TaskLayout {
  /**
   * verl's: {@code prompt} (chat), {@code images}, {@code reward_model.ground_truth}, and {@code
   * data_source}, which decides how answers are judged.
   */
  VERL {
    @Override
    boolean fits(JsonNode row) {
      return row.has("prompt") && row.path("reward_model").has("ground_truth");
    }

    @Override
    public Fields read(JsonNode row) {
      return new Fields(
          Optional.empty(),
          RowFields.value(row, "prompt"),
          RowFields.images(row, "images"),
          RowFields.text(row, "reward_model.ground_truth"),
          verifier(row.path("data_source").asText("")));
    }

    /** As verl's {@code default_compute_score} tells them apart. */
    private static String verifier(String dataSource) {
      String source = dataSource.toLowerCase(Locale.ROOT);
      if (source.contains("gsm8k")) {
        return "gsm8k";
      }
      if (source.contains("geometry3k") || source.contains("geo3k")) {
        return "geo3k";
      }
      boolean mathematics =
          source.contains("math") || source.startsWith("aime") || source.startsWith("numina");
      return mathematics ? "boxed-math" : EXACT;
    }
  },

  /** {@code id} (optional), {@code prompt}, {@code images}, {@code answer}, {@code verifier}. */
  GENERAL {
    @Override
    boolean fits(JsonNode row) {
      return row.has("prompt");
    }

    @Override
    public Fields read(JsonNode row) {
      return new Fields(
          row.hasNonNull("id") ? Optional.of(RowFields.text(row, "id")) : Optional.empty(),
          RowFields.value(row, "prompt"),
          RowFields.images(row, "images"),
          RowFields.text(row, "answer"),
          row.hasNonNull("verifier") ? RowFields.text(row, "verifier") : EXACT);
    }
  },

  /** {@code id}, {@code question}, {@code images}, {@code answer}, {@code answer_type}. */
  DYNAMATH {
    @Override
    boolean fits(JsonNode row) {
      return row.has("question") && row.has("answer_type");
    }

    @Override
    public Fields read(JsonNode row) {
      String verifier =
          switch (RowFields.text(row, "answer_type")) {
            case "multiple choice" -> "choice";
            case "float", "integer" -> "numeric";
            default -> EXACT;
          };
      return new Fields(
          Optional.of(RowFields.text(row, "id")),
          RowFields.value(row, "question"),
          RowFields.images(row, "images"),
          RowFields.text(row, "answer"),
          verifier);
    }
  },

  /** {@code question} and {@code answer}, the latter a solution that ends in {@code #### N}. */
  GSM8K {
    private static final String MARK = "####";

    /** verl's, of its examples/data_preprocess/gsm8k.py. */
    private static final String INSTRUCTION =
        "Let's think step by step and output the final answer after \"" + MARK + "\".";

    @Override
    public Optional<String> instruction() {
      return Optional.of(INSTRUCTION);
    }

    @Override
    boolean fits(JsonNode row) {
      return row.has("question") && row.path("answer").asText().contains(MARK);
    }

    @Override
    public Fields read(JsonNode row) {
      String solution = RowFields.text(row, "answer");
      int mark = solution.lastIndexOf(MARK);
      if (mark < 0) {
        throw new IllegalArgumentException("'answer' has no " + MARK + " before a final answer");
      }
      return new Fields(
          Optional.empty(),
          RowFields.value(row, "question"),
          List.of(),
          solution.substring(mark + MARK.length()).strip(),
          "gsm8k");
    }
  };

  static final String EXACT = "exact";

  /** All that any layout looks at. */
  static final Set<String> FIELDS =
      Set.of(
          "id",
          "prompt",
          "question",
          "images",
          "answer",
          "answer_type",
          "verifier",
          "reward_model",
          "data_source");

  abstract boolean fits(JsonNode row);
}
