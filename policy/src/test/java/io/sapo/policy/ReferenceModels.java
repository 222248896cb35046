package io.sapo.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reference checkpoints with expected outputs: those in the test resources, or all under {@code
 * -Dsapo.reference.models=DIR}, laid out alike.
 */
public final class ReferenceModels {
  private static final String EXPECTED = ".expected.safetensors";

  /** A multi-modal model's case: its expected outputs and its pictures in order. */
  public record PictureCase(Path model, String name, Path expected, List<Path> pictures) {
    @Override
    public String toString() {
      return model.getFileName() + "/" + name;
    }
  }

  private ReferenceModels() {}

  /** The models in the test resources. */
  public static Path shipped() {
    return Path.of("src/test/resources/reference/models");
  }

  /** The folder under test. */
  public static Path folder() {
    String given = System.getProperty("sapo.reference.models");
    if (given == null || given.isBlank()) {
      return shipped();
    }
    // Maven runs tests in the module's folder, while who gives a relative path is in the root.
    return Files.exists(Path.of(given)) ? Path.of(given) : Path.of("..").resolve(given);
  }

  /** All model folders, by name; at least one. */
  public static List<Path> all() {
    List<Path> models =
        list(folder()).stream().filter(path -> Files.exists(path.resolve("config.json"))).toList();
    assertThat(models).as("model folders under %s", folder().toAbsolutePath()).isNotEmpty();
    return models;
  }

  /** Models with one {@code expected.safetensors}: text in, logits out. */
  public static List<Path> textModels() {
    return all().stream()
        .filter(model -> Files.exists(model.resolve("expected.safetensors")))
        .toList();
  }

  /** Every {@code <case>.expected.safetensors} of every model. */
  public static List<PictureCase> pictureCases() {
    return all().stream()
        .flatMap(
            model ->
                list(model).stream()
                    .filter(file -> file.getFileName().toString().endsWith(EXPECTED))
                    .map(file -> pictureCase(model, file)))
        .toList();
  }

  private static PictureCase pictureCase(Path model, Path expected) {
    String file = expected.getFileName().toString();
    String name = file.substring(0, file.length() - EXPECTED.length());
    List<Path> pictures =
        Stream.iterate(0, i -> i + 1)
            .map(i -> model.resolve(name + "-" + i + ".png"))
            .takeWhile(Files::exists)
            .toList();
    return new PictureCase(model, name, expected, pictures);
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("reference folder " + folder.toAbsolutePath(), e);
    }
  }
}
