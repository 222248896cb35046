package io.sapo.policy.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.picture.PreparedPicture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * One file of expected outputs beside the model it belongs to: {@code expected.safetensors} or
 * {@code NAME.expected.safetensors}.
 */
public record ReferenceCase(Path model, Path expected) {
  public static final double TOLERANCE = 1e-4;

  /** All cases of all models; none is a failure. */
  public static List<ReferenceCase> all() {
    List<ReferenceCase> cases = new ArrayList<>();
    for (Path model : ReferenceModels.all()) {
      try (Stream<Path> files = Files.list(model)) {
        files
            .filter(file -> file.getFileName().toString().endsWith("expected.safetensors"))
            .sorted()
            .forEach(file -> cases.add(new ReferenceCase(model, file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    assertThat(cases).as("reference cases under %s", ReferenceModels.folder()).isNotEmpty();
    return cases;
  }

  public ModelConfig config() {
    return ModelConfig.read(model.resolve("config.json"));
  }

  public Weights weights() {
    return Weights.read(CheckpointFolder.open(model), Head.LANGUAGE_MODEL, TestDevice.get());
  }

  /** Largest difference relative to the largest expected magnitude. */
  public static void assertClose(String what, float[] actual, float[] expected) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    double scale = 0;
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]));
      double difference = Math.abs((double) actual[i] - expected[i]);
      worst = Math.max(worst, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
    }
    assertThat(worst)
        .as("%s: worst difference, scale %s", what, scale)
        .isLessThanOrEqualTo(TOLERANCE * scale);
  }

  public SafetensorsReader expectedTensors() {
    return SafetensorsReader.open(expected);
  }

  /** Unpadded rows of input_ids as prompts with their pictures; see {@link #firstColumn}. */
  public static List<TokenSequence> prompts(SafetensorsReader expected) {
    long[] ids = expected.longs("input_ids");
    int columns = columns(expected);
    List<PreparedPicture> pictures = pictures(expected);
    List<TokenSequence> prompts = new ArrayList<>();
    for (int row = 0; row < ids.length / columns; row++) {
      int begin = row * columns + firstColumn(expected, row);
      int[] tokens =
          LongStream.of(ids)
              .skip(begin)
              .limit((row + 1L) * columns - begin)
              .mapToInt(Math::toIntExact)
              .toArray();
      prompts.add(new TokenSequence(tokens, pictures, new int[0]));
    }
    return prompts;
  }

  public static int columns(SafetensorsReader expected) {
    return (int) expected.spec("input_ids").shape()[1];
  }

  /** Column of a row's first real token: the rows are padded on the left. */
  public static int firstColumn(SafetensorsReader expected, int row) {
    if (!expected.contains("attention_mask")) {
      return 0;
    }
    long[] mask = expected.longs("attention_mask");
    int column = 0;
    while (mask[row * columns(expected) + column] == 0) {
      column++;
    }
    return column;
  }

  private static List<PreparedPicture> pictures(SafetensorsReader expected) {
    List<PreparedPicture> pictures = new ArrayList<>();
    if (expected.contains("image_grid_thw")) {
      long[] grids = expected.longs("image_grid_thw");
      float[] pixels = expected.floats("pixel_values");
      int values = (int) expected.spec("pixel_values").shape()[1];
      int begin = 0;
      for (int i = 0; i < grids.length; i += 3) {
        int end = begin + (int) (grids[i] * grids[i + 1] * grids[i + 2]) * values;
        pictures.add(
            new PreparedPicture(
                (int) grids[i],
                (int) grids[i + 1],
                (int) grids[i + 2],
                Arrays.copyOfRange(pixels, begin, end)));
        begin = end;
      }
    }
    return pictures;
  }

  /** Moves the last {@code responseTokens} tokens of a prompt to the response. */
  public static TokenSequence cut(TokenSequence prompt, int responseTokens) {
    int[] tokens = prompt.promptTokens();
    int split = tokens.length - responseTokens;
    return new TokenSequence(
        Arrays.copyOf(tokens, split),
        prompt.pictures(),
        Arrays.copyOfRange(tokens, split, tokens.length));
  }

  /**
   * How many tokens the loss of the case is taken over: all but the first where it is {@code loss};
   * from {@code response_begin} on where it is {@code response_loss}. An older case does not say
   * where its response begins: it is behind the last picture or, without pictures, the start at
   * which the expected log-probabilities average to the expected loss.
   */
  public static int responseTokens(
      TokenSequence prompt, ModelConfig config, SafetensorsReader expected) {
    int length = prompt.promptTokens().length;
    if (!expected.contains("response_loss")) {
      return length - 1;
    }
    if (expected.contains("response_begin")) {
      return length - Math.toIntExact(expected.longs("response_begin")[0]);
    }
    if (prompt.pictures().isEmpty()) {
      return tokensAveragingTo(
          expected.floats("response_loss")[0], expected.floats("next_token_log_prob"));
    }
    int end = config.imageTokens().orElseThrow().visionEnd();
    int last = length - 1;
    while (prompt.promptTokens()[last] != end) {
      last--;
    }
    return length - last - 1;
  }

  private static int tokensAveragingTo(float loss, float[] logProbs) {
    double sum = 0;
    int best = 0;
    double closest = Double.POSITIVE_INFINITY;
    for (int count = 1; count <= logProbs.length; count++) {
      sum -= logProbs[logProbs.length - count];
      double distance = Math.abs(sum / count - loss);
      if (distance < closest) {
        closest = distance;
        best = count;
      }
    }
    return best;
  }

  /** This project's name of a tensor of the nested layout. */
  public static String ownName(String name) {
    return name.replaceFirst("^model\\.language_model\\.", "model.")
        .replaceFirst("^model\\.visual\\.", "visual.");
  }

  @Override
  public String toString() {
    return model.getFileName() + "/" + expected.getFileName();
  }
}
