package io.sapo.segmenter.cut;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Segments end where those of public implementations do, on every case of the learner's reference
 * files, or of the folder that {@code -Dsapo.reference.algorithm} names.
 */
class ReferenceSegmentsTest {
  private static final String OWN = "../learner/src/test/resources/reference/algorithm";

  static List<Path> cases() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      List<Path> cases = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      assertThat(cases).isNotEmpty();
      return cases;
    }
  }

  private static Path folder() {
    String given = System.getProperty("sapo.reference.algorithm", "");
    if (given.isBlank()) {
      return Path.of(OWN);
    }
    // Maven runs tests in the module's folder, while who gives a relative path is in the root.
    return Files.exists(Path.of(given)) ? Path.of(given) : Path.of("..").resolve(given);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void segmentEnds(Path file) throws IOException {
    JsonNode reference = new ObjectMapper().readTree(file.toFile());
    EntropyStrategy strategy =
        new EntropyStrategy(reference.required("config").required("topk_percent").asDouble());
    JsonNode inputs = reference.required("inputs");
    JsonNode lengths = inputs.required("response_lengths");
    assertThat(lengths).isNotEmpty();
    for (int row = 0; row < lengths.size(); row++) {
      if (lengths.get(row).asInt() == 0) {
        continue; // refused before it is cut
      }
      JsonNode entropies = inputs.required("token_entropy").required(row);
      double[] response =
          IntStream.range(0, lengths.get(row).asInt())
              .mapToDouble(token -> entropies.required(token).asDouble())
              .toArray();
      JsonNode ends = reference.required("expected").required("segment_ends").required(row);
      int[] expected = IntStream.range(0, ends.size()).map(end -> ends.get(end).asInt()).toArray();
      assertThat(strategy.ends(response)).as("response %d", row).isEqualTo(expected);
    }
  }
}
