package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** How the fields of a row make up a task. */
interface TaskLayout {
  /**
   * @param prompt text or list of chat messages
   * @param images as the row has them
   * @param verifier its name
   */
  record Fields(
      Optional<String> id,
      JsonNode prompt,
      List<ImageSource> images,
      String answer,
      String verifier) {}

  /**
   * @throws IllegalArgumentException naming the field that is missing or of the wrong kind
   */
  Fields read(JsonNode row);

  /**
   * What its tasks have to be told, since they are judged by a mark that their text does not ask
   * for; empty where there is none.
   */
  default Optional<String> instruction() {
    return Optional.empty();
  }

  /**
   * The layout of a file: the one that is named, else the one that its first row fits.
   *
   * @param fields of the file, for the message
   * @throws IllegalArgumentException when it is none of these
   */
  static TaskLayout of(TaskColumns columns, JsonNode first, List<String> fields) {
    if (columns.named()) {
      columns.read(first);
      return columns;
    }
    for (KnownLayout layout : KnownLayout.values()) {
      if (layout.fits(first)) {
        return layout;
      }
    }
    throw new IllegalArgumentException(
        "no known layout has the fields "
            + fields
            + "; name them by tasks.columns.prompt and tasks.columns.answer, or have id, prompt,"
            + " images, answer, verifier, or those of verl, GSM8K or DynaMath");
  }
}
