package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the fields of a JSON line make up a task. */
enum TaskLayout {
  /** {@code id} (optional), {@code prompt}, {@code images}, {@code answer}, {@code verifier}. */
  GENERAL {
    @Override
    boolean fits(JsonNode line) {
      return line.has("prompt");
    }

    @Override
    Fields read(JsonNode line) {
      return new Fields(
          line.has("id") ? Optional.of(text(line, "id")) : Optional.empty(),
          text(line, "prompt"),
          images(line),
          text(line, "answer"),
          line.has("verifier") ? text(line, "verifier") : "exact");
    }
  },

  /** {@code id}, {@code question}, {@code images}, {@code answer}, {@code answer_type}. */
  DYNAMATH {
    @Override
    boolean fits(JsonNode line) {
      return line.has("question") && line.has("answer_type");
    }

    @Override
    Fields read(JsonNode line) {
      String verifier =
          switch (text(line, "answer_type")) {
            case "multiple choice" -> "choice";
            case "float", "integer" -> "numeric";
            default -> "exact";
          };
      return new Fields(
          Optional.of(text(line, "id")),
          text(line, "question"),
          images(line),
          text(line, "answer"),
          verifier);
    }
  },

  /** {@code question} and {@code answer}, the latter a solution that ends in {@code #### N}. */
  GSM8K {
    private static final String MARK = "####";

    @Override
    boolean fits(JsonNode line) {
      return line.has("question") && line.path("answer").asText().contains(MARK);
    }

    @Override
    Fields read(JsonNode line) {
      String solution = text(line, "answer");
      int mark = solution.lastIndexOf(MARK);
      if (mark < 0) {
        throw new IllegalArgumentException("'answer' has no " + MARK + " before a final answer");
      }
      return new Fields(
          Optional.empty(),
          text(line, "question"),
          List.of(),
          solution.substring(mark + MARK.length()).strip(),
          "gsm8k");
    }
  };

  /**
   * @param images as the line names them
   */
  record Fields(
      Optional<String> id, String prompt, List<String> images, String answer, String verifier) {}

  abstract boolean fits(JsonNode line);

  /**
   * @throws IllegalArgumentException naming the field that is missing or of the wrong kind
   */
  abstract Fields read(JsonNode line);

  /**
   * The layout of a line, told by the fields it has.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  static TaskLayout of(ObjectNode line) {
    for (TaskLayout layout : values()) {
      if (layout.fits(line)) {
        return layout;
      }
    }
    List<String> found = new ArrayList<>();
    line.fieldNames().forEachRemaining(found::add);
    throw new IllegalArgumentException(
        "no known layout has the fields "
            + found
            + "; expected id, prompt, images, answer, verifier, or those of GSM8K or DynaMath");
  }

  private static String text(JsonNode line, String field) {
    JsonNode value = line.path(field);
    if (!value.isTextual() && !value.isNumber()) {
      throw new IllegalArgumentException("'" + field + "' is missing or no text");
    }
    return value.asText();
  }

  private static List<String> images(JsonNode line) {
    JsonNode value = line.path("images");
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw new IllegalArgumentException("'images' is no list");
    }
    List<String> images = new ArrayList<>();
    for (JsonNode image : value) {
      if (!image.isTextual()) {
        throw new IllegalArgumentException("'images' holds something that is no path");
      }
      images.add(image.asText());
    }
    return images;
  }
}
