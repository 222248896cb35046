package io.sapo.segmenter.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntropyStrategyTest {
  static List<Path> referenceCases() throws IOException, URISyntaxException {
    Path folder = Path.of(EntropyStrategyTest.class.getResource("reference").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("referenceCases")
  void cutsAsTheReferenceDoes(Path file) throws IOException {
    JsonNode reference = new ObjectMapper().readTree(file.toFile());
    EntropyStrategy strategy = new EntropyStrategy(reference.get("topk_percent").asDouble());
    JsonNode lengths = reference.get("response_lengths");
    for (int row = 0; row < lengths.size(); row++) {
      double[] entropies =
          Arrays.copyOf(doubles(reference.get("token_entropy").get(row)), lengths.get(row).asInt());
      int[] expected = ints(reference.get("segment_ends").get(row));

      assertThat(strategy.ends(entropies)).as("row %d", row).isEqualTo(expected);
      assertThat(strategy.ends(floats(entropies))).as("row %d, float", row).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void agreesWithAFullSort(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 200; trial++) {
      int tokens = 1 + random.nextInt(trial < 150 ? 60 : 2048);
      int levels = random.nextBoolean() ? 4 : Integer.MAX_VALUE;
      double[] entropies =
          random.doubles(tokens).map(x -> levels == 4 ? (int) (x * levels) : x).toArray();
      double percent = random.nextInt(4) == 0 ? 100 : 0.1 + 99.9 * random.nextDouble();

      assertThat(new EntropyStrategy(percent).ends(entropies))
          .as("T=%d k=%s", tokens, percent)
          .isEqualTo(bySorting(entropies, percent));
    }
  }

  private static int[] bySorting(double[] entropies, double percent) {
    int chosen = (int) Math.max(1, Math.ceil(percent * entropies.length / 100));
    IntStream highest =
        IntStream.range(0, entropies.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -entropies[i]))
            .limit(chosen)
            .mapToInt(Integer::intValue);
    return IntStream.concat(highest, IntStream.of(entropies.length - 1))
        .distinct()
        .sorted()
        .toArray();
  }

  @Test
  void takesTheEarlierOfEqualTokens() {
    assertThat(new EntropyStrategy(30).ends(new double[10])).containsExactly(0, 1, 2, 9);
    assertThat(new EntropyStrategy(20).ends(new double[] {1, 2, 1, 2, 2}))
        .as("one of three equal")
        .containsExactly(1, 4);
  }

  @Test
  void readsOneAsOnePercent() {
    assertThat(new EntropyStrategy(1).ends(new double[] {0, 3, 0, 0})).containsExactly(1, 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 25, 100, 4096})
  void staysExactOnInputsThatSpoilPivots(int tokens) {
    double[] organPipe =
        IntStream.range(0, tokens).mapToDouble(i -> Math.min(i, tokens - i)).toArray();
    double[] sawtooth = IntStream.range(0, tokens).mapToDouble(i -> i % 7).toArray();
    for (double percent : new double[] {0.1, 30, 50, 99}) {
      assertThat(new EntropyStrategy(percent).ends(organPipe))
          .isEqualTo(bySorting(organPipe, percent));
      assertThat(new EntropyStrategy(percent).ends(sawtooth))
          .isEqualTo(bySorting(sawtooth, percent));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 100.1, Double.NaN})
  void refusesPercentagesThatAreNone(double percent) {
    assertThatThrownBy(() -> new EntropyStrategy(percent))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 0 and at most 100");
  }

  @Test
  void refusesNaN() {
    assertThatThrownBy(() -> new EntropyStrategy(50).ends(new double[] {1, Double.NaN}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static double[] doubles(JsonNode array) {
    return IntStream.range(0, array.size()).mapToDouble(i -> array.get(i).asDouble()).toArray();
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }
}
