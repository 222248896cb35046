package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Where the fields of a task stand in a row, by name; dots lead into structures ({@code
 * reward_model.ground_truth}).
 *
 * @param prompt text, or a list of chat messages; set it to give names instead of relying on a
 *     known layout
 * @param answer reference answer
 * @param images list of pictures, or one
 * @param id unique in the file; without it, file and row are the id
 * @param verifier name of the verifier of all tasks, whatever the file says
 * @param instruction text behind the last user message of every task, such as how to answer
 */
public record TaskColumns(
    Optional<String> prompt,
    Optional<String> answer,
    Optional<String> images,
    Optional<String> id,
    Optional<String> verifier,
    Optional<String> instruction)
    implements TaskLayout {
  /** No names: the layout is told by the fields of the first row. */
  public static final TaskColumns KNOWN_LAYOUTS =
      new TaskColumns(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  boolean named() {
    return Stream.of(prompt, answer, images, id).anyMatch(Optional::isPresent);
  }

  /** Columns that any of the layouts looks at; the others need not be read. */
  Set<String> wanted() {
    Set<String> wanted = new TreeSet<>(KnownLayout.FIELDS);
    Stream.of(prompt, answer, images, id)
        .flatMap(Optional::stream)
        .forEach(name -> wanted.add(name.split("\\.")[0]));
    return wanted;
  }

  @Override
  public Fields read(JsonNode row) {
    return new Fields(
        id.map(name -> RowFields.text(row, name)),
        RowFields.value(row, prompt.orElse("prompt")),
        RowFields.images(row, images.orElse("images")),
        RowFields.text(row, answer.orElse("answer")),
        KnownLayout.EXACT);
  }
}
